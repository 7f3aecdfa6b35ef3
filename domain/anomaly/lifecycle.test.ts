import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asAnomalyId, asHeight, asHex32, asMillis, asView, type BlockHash, type TxId } from '../ids.js'
import { decide, type AnomalyCommand } from './decide.js'
import { LIFECYCLE_STATES, type LifecycleState, type Placement, type RejectedBy } from './events.js'
import { evolve, initialState, type Anomaly } from './evolve.js'

const anomalyId = asAnomalyId('3f2b8a52-6a6f-4b0e-9a52-0d8f6f0d7c11')
const at = asMillis(1_760_595_055_000)
const placement: Placement = { height: asHeight(3), blockHash: asHex32<BlockHash>('ab'.repeat(32)), txIndex: 0, txId: asHex32<TxId>('cd'.repeat(32)) }
const receipt = { validator: asHex32<never>('ef'.repeat(32)), at, receipt: 'AA==' }
const rejectBy = (by: RejectedBy): AnomalyCommand => ({ type: 'reject', data: { anomalyId, code: 'REPLAY', by, at } })

/** Every command there is; the two ways to reject are two rows, for they are legal at different times. */
const COMMANDS = {
  publish: {
    type: 'publish',
    data: {
      anomalyId, claimedId: null, authentic: true, origin: { topic: 'ai.anomalies.v1', partition: 0, offset: 1 }, messageHash: asHex32('ab'.repeat(32)), message: 'AA==',
      producerId: null, anomalyType: null, source: null, severity: null, confidence: null, detectedAtSeconds: null, contentHash: null, modelVersion: null, signScheme: null, at,
    },
  },
  admit: { type: 'admit', data: { anomalyId, by: { kind: 'receipt', receipt }, at } },
  rejectByReceipts: rejectBy({ kind: 'receipts', receipts: [receipt, receipt] }),
  rejectByExecution: rejectBy({ kind: 'execution', placement }),
  timeOut: { type: 'time-out', data: { anomalyId, waitedForMs: 60_000, at } },
  expire: { type: 'expire', data: { anomalyId, validUntil: at, at } },
  commit: { type: 'commit', data: { anomalyId, placement, view: asView(4), blockTimestamp: at, at } },
} satisfies Record<string, AnomalyCommand>
type CommandName = keyof typeof COMMANDS

/** The whole rule: from which state each command leads where. What is not here is illegal. */
const LEGAL: Record<CommandName, Partial<Record<LifecycleState | 'NONE', LifecycleState>>> = {
  publish: { NONE: 'PUBLISHED' },
  admit: { PUBLISHED: 'ADMITTED' },
  rejectByReceipts: { PUBLISHED: 'REJECTED' },
  rejectByExecution: { PUBLISHED: 'REJECTED', ADMITTED: 'REJECTED', TIMEOUT: 'REJECTED', EXPIRED: 'REJECTED' },
  timeOut: { PUBLISHED: 'TIMEOUT', ADMITTED: 'TIMEOUT' },
  expire: { ADMITTED: 'EXPIRED' },
  commit: { PUBLISHED: 'COMMITTED', ADMITTED: 'COMMITTED', TIMEOUT: 'COMMITTED', EXPIRED: 'COMMITTED', REJECTED: 'COMMITTED' },
}

const STATES = ['NONE', ...LIFECYCLE_STATES] as const
const inState = (state: LifecycleState | 'NONE'): Anomaly | undefined =>
  state === 'NONE' ? initialState : { state, publishedAt: at, admittedAt: state === 'PUBLISHED' ? undefined : at }

describe('the lifecycle rule', () => {
  for (const name of Object.keys(COMMANDS) as CommandName[]) {
    for (const from of STATES) {
      const to = LEGAL[name][from]
      test(`${name} from ${from} ${to === undefined ? 'is refused' : `leads to ${to}`}`, () => {
        const decision = decide(inState(from), COMMANDS[name])
        if (to === undefined) {
          expect(decision).toEqual({ ok: false, reason: 'illegal-transition', from, command: COMMANDS[name].type })
          return
        }
        if (!decision.ok) throw new Error('refused')
        expect(decision.events.reduce<Anomaly | undefined>(evolve, inState(from))?.state).toBe(to)
      })
    }
  }

  test('a time-out says at which stage it found the anomaly', () => {
    for (const stage of ['PUBLISHED', 'ADMITTED'] as const) {
      expect(decide(inState(stage), COMMANDS.timeOut)).toMatchObject({ ok: true, events: [{ type: 'AnomalyTimedOut', data: { stage, waitedForMs: 60_000 } }] })
    }
  })

  test('a commit before any receipt records the admission it proves', () => {
    const decision = decide(inState('PUBLISHED'), COMMANDS.commit)
    expect(decision).toMatchObject({ ok: true, events: [{ type: 'AnomalyAdmitted', data: { by: { kind: 'block', placement } } }, { type: 'AnomalyCommitted' }] })
    expect(decide(inState('TIMEOUT'), COMMANDS.commit)).toMatchObject({ ok: true, events: [{ type: 'AnomalyCommitted' }] })
  })

  test('a commit outranks a clock, and nothing outranks a commit', () => {
    for (const name of Object.keys(COMMANDS) as CommandName[]) expect(decide(inState('COMMITTED'), COMMANDS[name]).ok).toBe(false)
  })

  test('a stream that does not begin with its publication is an error', () => {
    expect(() => evolve(undefined, { type: 'AnomalyCommitted', data: COMMANDS.commit.data as never })).toThrow(/AnomalyPublished/)
  })
})

describe('the books always balance', () => {
  const step = fc.tuple(fc.nat({ max: 7 }), fc.constantFrom(...(Object.keys(COMMANDS) as CommandName[])))

  test('published = committed + rejected + time-out + expired + in flight, after every step of any walk', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 120 }), (walk) => {
      const anomalies = new Map<number, Anomaly>()
      // Kept from events alone, as a projection keeps them.
      const counts = { published: 0, inFlight: 0, COMMITTED: 0, REJECTED: 0, TIMEOUT: 0, EXPIRED: 0 }
      const bucketOf = (state: LifecycleState) => (state === 'PUBLISHED' || state === 'ADMITTED' ? 'inFlight' : state)
      for (const [which, name] of walk) {
        const before = anomalies.get(which)
        const decision = decide(before, COMMANDS[name])
        expect(decision.ok).toBe(LEGAL[name][before?.state ?? 'NONE'] !== undefined)
        if (!decision.ok) continue
        for (const event of decision.events) {
          const previous = anomalies.get(which)
          const next = evolve(previous, event)
          if (previous === undefined) counts.published += 1
          else counts[bucketOf(previous.state)] -= 1
          counts[bucketOf(next.state)] += 1
          anomalies.set(which, next)
          expect(counts.published).toBe(counts.inFlight + counts.COMMITTED + counts.REJECTED + counts.TIMEOUT + counts.EXPIRED)
          expect(counts.published).toBe(anomalies.size)
          expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0)
        }
      }
      for (const state of ['COMMITTED', 'REJECTED', 'TIMEOUT', 'EXPIRED'] as const) {
        expect(counts[state]).toBe([...anomalies.values()].filter((anomaly) => anomaly.state === state).length)
      }
    }), { numRuns: 300 })
  })

  test('a settled anomaly moves only by what a certified block says, so every walk ends', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...(Object.keys(COMMANDS) as CommandName[])), { maxLength: 60 }), (walk) => {
      let anomaly: Anomaly | undefined = initialState
      let moves = 0
      for (const name of walk) {
        const decision = decide(anomaly, COMMANDS[name])
        if (!decision.ok) continue
        const wasSettled = anomaly !== undefined && anomaly.state !== 'PUBLISHED' && anomaly.state !== 'ADMITTED'
        if (wasSettled) expect(['commit', 'rejectByExecution']).toContain(name)
        anomaly = decision.events.reduce<Anomaly | undefined>(evolve, anomaly)
        moves += 1
      }
      expect(moves).toBeLessThanOrEqual(5)
    }))
  })
})
