import { describe, expect, test } from 'vitest'
import { offenceOf } from './offences.js'

describe('what a peer is blamed for', () => {
  test('what no honest peer sends is an offence', () => {
    expect(offenceOf('vote', 'bad-signature')).toBe('forged')
    expect(offenceOf('sync-info', 'bad-certificate')).toBe('forged')
    expect(offenceOf('proposal', 'content-not-bound')).toBe('forged')
    expect(offenceOf('timeout', 'no-entry-proof')).toBe('broken-rule')
  })

  test('what arrives late, twice or out of order is none, and neither is a reason nobody knows', () => {
    for (const reason of ['view-long-past', 'not-above-committed-head', 'parent-unknown', 'time-not-now', 'toString', '']) {
      expect(offenceOf('proposal', reason), reason).toBeUndefined()
    }
  })

  test('where our own state may be at fault nobody is blamed', () => {
    for (const reason of ['state-root-differs', 'receipts-root-differs']) expect(offenceOf('proposal', reason)).toBeUndefined()
    expect(offenceOf('blocks', 'not-the-leader')).toBeUndefined()
    expect(offenceOf('proposal', 'not-the-leader')).toBe('broken-rule')
  })
})
