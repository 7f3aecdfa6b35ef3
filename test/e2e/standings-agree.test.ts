import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DomainEvent } from '../../domain/events/schema.js'
import type { ProducerId } from '../../domain/ids.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import type { VerdictKind } from '../../domain/verdict/verdict.js'
import { openStandingBook, type BookChanges } from '../../ingest/publisher/standing-book.js'
import { NOTHING_KNOWN } from '../../projections/reputation/changes.js'
import { createReputationFold } from '../../projections/reputation/fold.js'
import { block, committed, hash, judged, published, rejected, reported } from '../../projections/testing/sample-log.js'

/** What detectors are told and what the read model shows are two books, kept in two places: of one log they are one. */

const PRODUCERS = ['p0', 'p1'].map((name) => hash(name)) as unknown as readonly ProducerId[]
type Life = { readonly name: string; readonly producer: ProducerId; readonly isAuthentic: boolean; isCommitted: boolean; isRefused: boolean; standing: Map<number, string> }

const anyStep = fc.oneof(
  fc.record({ does: fc.constant('publish' as const), producer: fc.nat(1), isAuthentic: fc.boolean() }),
  fc.record({ does: fc.constant('refuse' as const), which: fc.nat(9), code: fc.constantFrom<RejectCode>('HASH_MISMATCH', 'SKEW', 'UNKNOWN_MODEL', 'MALFORMED') }),
  fc.record({ does: fc.constant('commit' as const), which: fc.nat(9) }),
  { arbitrary: fc.record({ does: fc.constant('judge' as const), which: fc.nat(9), analyst: fc.constantFrom<0 | 1>(0, 1), verdict: fc.constantFrom<VerdictKind>('true_positive', 'false_positive', 'benign', 'duplicate'), fails: fc.nat(9) }), weight: 3 },
)
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never

/** The events that a recorder appends together at each step; what it would not append is left out. */
function historyOf(steps: readonly Step[]): readonly { readonly events: readonly DomainEvent[]; readonly author: ProducerId | undefined }[] {
  const lives: Life[] = []
  let height = 0
  return steps.flatMap((step, n) => {
    if (step.does === 'publish') {
      const life: Life = { name: `a${n}`, producer: PRODUCERS[step.producer] as ProducerId, isAuthentic: step.isAuthentic, isCommitted: false, isRefused: false, standing: new Map() }
      lives.push(life)
      return [{ events: [published(life.name, n, { producerId: life.producer, authentic: life.isAuthentic })], author: undefined }]
    }
    const life = lives[step.which % Math.max(1, lives.length)]
    if (life === undefined) return []
    const author = life.isAuthentic ? life.producer : undefined
    if (step.does === 'refuse') {
      if (life.isRefused || life.isCommitted) return []
      life.isRefused = true
      const event = rejected(life.name, n) as Extract<DomainEvent, { type: 'AnomalyRejected' }>
      return [{ events: [{ ...event, data: { ...event.data, code: step.code } }], author }]
    }
    if (step.does === 'commit') {
      if (life.isCommitted || !life.isAuthentic) return []
      life.isCommitted = true
      height += 1
      const event = block(height, [life.name], n) as Extract<DomainEvent, { type: 'BlockCommitted' }>
      const transactions = event.data.transactions.map((tx) => ({ ...tx, producerId: life.producer }))
      return [{ events: [{ ...event, data: { ...event.data, transactions } }, committed(life.name, height, 0, n)], author }]
    }
    if (!life.isCommitted) return []
    const before = life.standing.get(step.analyst)
    const event = judged(`v${n}`, life.name, step.verdict, step.analyst, height, n, before === undefined ? {} : { supersedes: before }) as Extract<DomainEvent, { type: 'ReportRecorded' }>
    if (step.fails === 0) return [{ events: [{ ...event, data: { ...event.data, outcome: { kind: 'failed', code: 'DUPLICATE' } } }], author: undefined }]
    life.standing.set(step.analyst, `v${n}`)
    return [{ events: [event], author }]
  })
}

test('the standing that detectors are told is that of the read model, after every append and over restarts of the one that tells', () => {
  fc.assert(fc.property(fc.array(anyStep, { minLength: 5, maxLength: 60 }), (steps) => {
    const fold = createReputationFold(NOTHING_KNOWN)
    let kept: BookChanges = { counts: new Map(), charges: new Map(), verdicts: new Map() }
    let position = 0
    for (const { events, author } of historyOf(steps)) {
      // A book for each append: what it remembers it has from the store alone.
      const { counts, charges, verdicts } = kept
      const book = openStandingBook({ counts: (producer) => counts.get(producer), charge: (id) => charges.get(id), verdicts: (id) => verdicts.get(id) })
      for (const event of events) {
        book.follow(event, author)
        fold.visit({ event, position: position++ as never })
      }
      const changes = book.changes()
      kept = { counts: new Map([...counts, ...changes.counts]), charges: new Map([...charges, ...changes.charges]), verdicts: new Map([...verdicts, ...changes.verdicts]) }
      const { producers } = fold.finish()
      for (const producer of PRODUCERS) expect(book.scoreOf(producer)).toBe(producers.get(producer)?.score ?? 100)
    }
  }), { numRuns: 300 })
})

test('a false positive lowers both by the same, and a change of mind raises both again; reports change neither', () => {
  const fold = createReputationFold(NOTHING_KNOWN)
  const book = openStandingBook({ counts: () => undefined, charge: () => undefined, verdicts: () => undefined })
  const producer = PRODUCERS[0] as ProducerId
  const scores = (event: DomainEvent): [number, number] => {
    book.follow(event, producer)
    fold.visit({ event, position: 0 as never })
    return [book.scoreOf(producer), fold.finish().producers.get(producer)?.score ?? 100]
  }
  scores(published('a', 1, { producerId: producer }))
  expect(scores(judged('v1', 'a', 'false_positive', 0, 1, 2))).toEqual([83, 83])
  expect(scores(reported('r', ['a'], 1, 3))).toEqual([83, 83])
  expect(scores(judged('v2', 'a', 'benign', 1, 1, 4))).toEqual([100, 100])
  expect(scores(judged('v3', 'a', 'false_positive', 1, 1, 5, { supersedes: 'v2' }))).toEqual([83, 83])
})
