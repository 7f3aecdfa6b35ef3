import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { validatorSetOf } from '../genesis.js'
import { bytesToHex } from '../bytes.js'
import { asHeight, asView, type ProducerId } from '../ids.js'
import { rulesOf } from '../message/check-anomaly.js'
import { createDraft, keepDraft } from './draft.js'
import { executeTransaction } from './execute.js'
import type { TransactionExecutor } from './executor.js'
import { failuresKey } from './state-keys.js'
import { BLOCK_TIME, genesis, signerOf, txOf } from './testing/network.js'

const p0 = bytesToHex(signerOf('p0').publicKey) as ProducerId

const value = (n: number) => Uint8Array.of(n)
const below = { get: (key: string) => (key === 'old' ? value(1) : undefined) }

describe('a draft', () => {
  test('reads its own changes first, then what lies below, which it never touches', () => {
    const draft = createDraft(below)
    expect([draft.get('old'), draft.get('none')]).toEqual([value(1), undefined])
    draft.set('old', value(2))
    expect(draft.get('old')).toEqual(value(2))
    draft.remove('old')
    expect(draft.get('old')).toBeUndefined()
    expect(below.get('old')).toEqual(value(1))
  })

  test('kept on another gives the same reads as one draft written directly', () => {
    const write = fc.tuple(fc.constantFrom('old', 'a', 'b'), fc.option(fc.nat({ max: 9 }), { nil: null }))
    fc.assert(fc.property(fc.array(fc.array(write)), (groups) => {
      const direct = createDraft(below)
      const block = createDraft(below)
      for (const group of groups) {
        const draft = createDraft(block)
        for (const target of [draft, direct]) {
          for (const [key, n] of group) {
            if (n === null) target.remove(key)
            else target.set(key, value(n))
          }
        }
        keepDraft(draft, block)
      }
      for (const key of ['old', 'a', 'b', 'c']) expect(block.get(key)).toEqual(direct.get(key))
    }))
  })
})

test('what a failing transaction wrote before it failed is dropped', () => {
  const block = createDraft(below)
  const context = { rules: rulesOf(genesis), othersKeys: new Set<string>(), set: validatorSetOf(genesis), timestamp: BLOCK_TIME, height: asHeight(1), view: asView(1) }
  const writer = (code?: 'MALFORMED'): TransactionExecutor => (_tx, draft) => {
    draft.set('a', value(1))
    draft.remove('old')
    return code
  }
  const tx = txOf(1)
  expect(executeTransaction(tx, block, context, writer('MALFORMED'))).toEqual({ txId: tx.id, status: 'failed', code: 'MALFORMED' })
  expect([block.get('a'), block.get('old'), [...block.changes.keys()]]).toEqual([undefined, value(1), [failuresKey(p0)]])
  expect(executeTransaction(tx, block, context, writer())).toEqual({ txId: tx.id, status: 'success' })
  expect([block.get('a'), block.get('old')]).toEqual([value(1), undefined])
})
