import { describe, expect, it } from 'vitest'
import type { AdmissionReceipt } from '../../domain/receipt.js'
import { recorderContext } from './context.js'
import { readAdmissions, readCursor, readRefusals } from './index/entries.js'
import { recordReceipts } from './record-receipts.js'
import { openSession } from './session.js'
import { at } from './testing/harness.js'
import { ADMITTED, createTestNetwork, NOW, refusedWith } from './testing/network.js'

const network = createTestNetwork()
const context = recorderContext(network.genesis, network.verify)
const validator = network.set.validators[0]?.id as NonNullable<(typeof network.set.validators)[0]>['id']
const bytes = network.message()
const hash = network.receipt(1, at(0), bytes, ADMITTED).messageHash
const [first, second, third] = [ADMITTED, refusedWith('SKEW'), refusedWith('REPLAY')].map((verdict, i) => network.receipt(0, at(i), bytes, verdict)) as [AdmissionReceipt, AdmissionReceipt, AdmissionReceipt]

function taken(...batches: readonly (readonly AdmissionReceipt[])[]) {
  const session = openSession({ get: () => undefined })
  const outcomes = batches.map((batch) => recordReceipts(session, batch, context, NOW))
  return { facts: session.facts, outcomes }
}

describe('receipts', () => {
  it('are taken in the order of their sequence, whatever the order they come in', () => {
    const { facts, outcomes } = taken([third, first, second])
    expect(outcomes[0]?.gaps.size).toBe(0)
    expect(readCursor(facts, validator)).toBe(3)
    expect(readAdmissions(facts, hash).length).toBe(1)
    expect(readRefusals(facts, hash, at(2)).length).toBe(1)
  })

  it('that come again move nothing back', () => {
    const { facts } = taken([first, second, third], [first])
    expect(readCursor(facts, validator)).toBe(3)
  })

  it('after a gap wait, and say whose are missing', () => {
    const { facts, outcomes } = taken([second])
    expect([...(outcomes[0]?.gaps ?? [])]).toEqual([validator])
    expect(readCursor(facts, validator)).toBe(0)
    expect(readRefusals(facts, hash, at(1))).toEqual([])
  })

  it('are checked where the log may show them: the first admission of a message and every refusal', () => {
    const forged = (of: AdmissionReceipt): AdmissionReceipt => ({ ...of, signature: new Uint8Array(64) })
    const fresh = createTestNetwork()
    const [own, others, refusal] = [fresh.receipt(0, at(0), bytes, ADMITTED), fresh.receipt(1, at(0), bytes, ADMITTED), fresh.receipt(2, at(0), bytes, refusedWith('SKEW'))]
    const alone = taken([forged(others)])
    expect(alone.outcomes[0]).toMatchObject({ refused: [{ reason: 'bad-signature' }] })
    expect(alone.facts.changes.size).toBe(0)

    const { facts, outcomes } = taken([own], [forged(others), forged(refusal)])
    expect(outcomes[1]).toMatchObject({ refused: [{ receipt: { verdict: { kind: 'rejected' } }, reason: 'bad-signature' }] })
    expect(readAdmissions(facts, hash).map(({ validator: by, receipt }) => [by, receipt !== ''])).toEqual([[own.validator, true], [others.validator, false]])
    expect([own, others, refusal].map(({ validator: by }) => readCursor(facts, by))).toEqual([1, 1, 0])
  })

  it('that are forged ask for nothing', () => {
    const { facts, outcomes } = taken([{ ...second, sequence: 99 }])
    expect(outcomes[0]).toMatchObject({ refused: [{ reason: 'bad-signature' }] })
    expect([outcomes[0]?.gaps.size, facts.changes.size]).toEqual([0, 0])
  })
})
