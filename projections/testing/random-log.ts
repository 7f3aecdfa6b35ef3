/** Histories nobody would write by hand: legal lives in any order, with values that detectors should never send. */
import fc from 'fast-check'
import { decide, type AnomalyCommand } from '../../domain/anomaly/decide.js'
import { LIFECYCLE_STATES, type LifecycleState } from '../../domain/anomaly/events.js'
import { evolve, type Anomaly } from '../../domain/anomaly/evolve.js'
import { utf8ToBytes } from '../../domain/bytes.js'
import type { DomainEvent, EventData } from '../../domain/events/schema.js'
import { asHeight, asHex32, asView, type BlockHash, type ProducerId, type TxId, type UnixMillis, type ValidatorId } from '../../domain/ids.js'
import { encodeAnomaly } from '../../domain/message/anomaly.js'
import { REJECT_CODES } from '../../domain/reject-codes.js'
import { VERDICTS, type VerdictKind } from '../../domain/verdict/verdict.js'
import { anomalyId, block, hash, judged, PRODUCER, published, reportId, reported, T0, VALIDATORS } from './sample-log.js'

export const PRODUCERS: readonly (ProducerId | null)[] = [PRODUCER, asHex32<ProducerId>(hash('producer/two')), null]

/** A message on the wire with this payload, base64, as events hold it. */
export function messageWith(payload: string): string {
  const bytes = encodeAnomaly({
    id: anomalyId('wire'), type: 'ddos', source: 'detector-1', severity: 8, confidence: 0.93, tsSeconds: 1_760_595_055, contentHash: new Uint8Array(32).fill(1),
    payload: utf8ToBytes(payload), modelVersion: '1.0.0', producerId: new Uint8Array(32).fill(2), nonce: new Uint8Array(16).fill(3),
    signature: new Uint8Array(64).fill(4), pubkey: new Uint8Array(32).fill(2), alg: 'Ed25519-v2',
  })
  return Buffer.from(bytes).toString('base64')
}

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('\u0000', 'a\u0000b', '\ud800', "'; DROP TABLE blocks; --", 'x'.repeat(300)))
const wide = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, -1))
const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const payload = fc.oneof(
  fc.record({
    final_score: fc.oneof(number, text), llr: number, calibrated_score: number, decision: text, model_hash: fc.constantFrom(hash('model'), 'none', 7),
    features: fc.dictionary(text, fc.oneof(number, text, fc.constant(null))), scores: fc.dictionary(text, fc.record({ score: number, threshold: number, fired: fc.boolean() })),
  }, { requiredKeys: [] }).map((value) => JSON.stringify(value)),
  fc.json(), fc.constantFrom('{"features":{"big":1e400,"__proto__":1}}', '{"features":[1,2]}', 'not json', ''),
)

const strange: fc.Arbitrary<Partial<EventData<'AnomalyPublished'>>> = fc.record({
  authentic: fc.boolean(), producerId: fc.constantFrom(...PRODUCERS), source: fc.option(text, { nil: null }), anomalyType: fc.option(text, { nil: null }), modelVersion: fc.option(text, { nil: null }), claimedId: fc.option(text, { nil: null }),
  severity: fc.option(wide, { nil: null }), confidence: fc.option(number, { nil: null }), detectedAtSeconds: fc.option(wide, { nil: null }), message: fc.oneof(payload.map(messageWith), fc.constantFrom('', 'AAEC')),
})

type Step =
  | { readonly kind: 'move'; readonly name: string; readonly command: AnomalyCommand['type'] | 'fail'; readonly code: number; readonly at: number; readonly more: Partial<EventData<'AnomalyPublished'>> }
  | { readonly kind: 'block'; readonly proposer: number; readonly failed: readonly number[]; readonly signers: readonly number[]; readonly accused: number | undefined; readonly at: number }
  | { readonly kind: 'report'; readonly name: string; readonly analyst: 0 | 1; readonly verdict: VerdictKind | undefined; readonly isRefused: boolean; readonly strange: string; readonly at: number }

const at = fc.oneof({ weight: 8, arbitrary: fc.nat({ max: 20 * 3_600_000 }).map((ms) => T0 + ms) }, { weight: 1, arbitrary: wide }, { weight: 1, arbitrary: fc.constantFrom(-1, 0, -3_600_000) })
const who = fc.nat({ max: VALIDATORS.length - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('move' as const), name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      command: fc.constantFrom('publish', 'publish', 'publish', 'admit', 'reject', 'time-out', 'expire', 'commit', 'fail'), code: fc.nat({ max: REJECT_CODES.length - 1 }), at, more: strange,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('block' as const), proposer: who, failed: fc.array(who, { maxLength: 3 }), signers: fc.uniqueArray(who),
      accused: fc.option(who, { nil: undefined, freq: 4 }), at,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('report' as const), name: fc.constantFrom('a', 'b', 'c', 'd', 'nobody'), analyst: fc.constantFrom<0 | 1>(0, 1), verdict: fc.option(fc.constantFrom(...VERDICTS), { nil: undefined, freq: 4 }),
      isRefused: fc.boolean(), strange: text, at,
    }),
  },
)

/** A whole log, in which state each anomaly ends, and what each analyst last said of it. */
export type RandomLog = { readonly events: readonly DomainEvent[]; readonly said: ReadonlyMap<string, ReadonlyMap<number, VerdictKind>>; readonly states: ReadonlyMap<string, LifecycleState>; readonly ever: Readonly<Record<LifecycleState, number>> }

export const randomLog: fc.Arbitrary<RandomLog> = fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }).map(play)

function play(steps: readonly Step[]): RandomLog {
  const events: DomainEvent[] = []
  const lives = new Map<string, Anomaly>()
  const ever = Object.fromEntries(LIFECYCLE_STATES.map((state) => [state, 0])) as Record<LifecycleState, number>
  let height = 0
  const said = new Map<string, Map<number, VerdictKind>>()
  const last = new Map<string, string>()
  for (const [i, one] of steps.entries()) {
    if (one.kind === 'report') {
      const { name, analyst, verdict, isRefused } = one
      const key = `${name}/${analyst}`
      events.push(reportOf(`r${i}`, one, last.get(key), ++height))
      if (isRefused || verdict === undefined) continue
      last.set(key, `r${i}`)
      // What nobody has published has no row that a verdict could be in.
      if (lives.has(name)) said.set(name, new Map([...(said.get(name) ?? []), [analyst, verdict]]))
      continue
    }
    if (one.kind === 'block') {
      events.push(blockOf(++height, one))
      continue
    }
    const command = commandOf(one, height + 1)
    const decision = decide(lives.get(one.name), command)
    if (!decision.ok) continue
    if (one.command === 'commit' || one.command === 'fail') events.push(block(++height, [one.name], 0))
    for (const event of decision.events) {
      const life = evolve(lives.get(one.name), event)
      lives.set(one.name, life)
      ever[life.state] += 1
      events.push(event)
    }
  }
  return { events, said, states: new Map([...lives].map(([name, { state }]) => [name, state])), ever }
}

function reportOf(report: string, { name, analyst, verdict, isRefused, strange: words, at: time }: Extract<Step, { kind: 'report' }>, before: string | undefined, height: number): DomainEvent {
  const event = verdict === undefined ? reported(report, [name], height, 0)
    : judged(report, name, verdict, analyst, height, 0, { ...(before === undefined ? {} : { supersedes: before }), ...(verdict === 'duplicate' ? { duplicateOf: 'e' } : {}), notes: words })
  const { data } = event as Extract<DomainEvent, { type: 'ReportRecorded' }>
  // Of those with one id only one is accepted.
  return {
    type: 'ReportRecorded',
    data: { ...data, ...(isRefused ? { reportId: reportId(before ?? report), outcome: { kind: 'failed', code: 'DUPLICATE' } } : {}), ...(verdict === undefined ? { evidenceType: words } : {}), at: time as UnixMillis },
  }
}

function blockOf(height: number, { proposer, failed, signers, accused, at: time }: Extract<Step, { kind: 'block' }>): DomainEvent {
  const id = (index: number): ValidatorId => VALIDATORS[index] as ValidatorId
  const event = block(height, [], 0, signers.map(id)) as Extract<DomainEvent, { type: 'BlockCommitted' }>
  const proof = accused === undefined ? [] : [{
    txId: asHex32<TxId>(hash(`proof/${height}`)), kind: 'evidence' as const, anomalyId: null, status: 'success' as const, code: null, producerId: null, nonce: null,
    contentHash: null, publicKey: null, signature: null, submittedAtSeconds: null, evidence: { kind: 'duplicate-vote' as const, offender: id(accused), view: asView(7) },
  }]
  return { type: 'BlockCommitted', data: { ...event.data, at: time as UnixMillis, proposer: id(proposer), ...(failed.length > 0 ? { failedLeaders: failed.map(id) } : {}), transactions: proof } }
}

function commandOf({ name, command, code, at: time, more }: Extract<Step, { kind: 'move' }>, height: number): AnomalyCommand {
  const ids = { anomalyId: anomalyId(name), at: time as UnixMillis }
  const placement = { height: asHeight(height), blockHash: asHex32<BlockHash>(hash(`block/${height}`)), txIndex: 0, txId: asHex32<TxId>(hash(`tx/${name}`)) }
  const receipt = { validator: VALIDATORS[0], at: ids.at, receipt: 'AA==' }
  const rejectCode = REJECT_CODES[code] as (typeof REJECT_CODES)[number]
  switch (command) {
    case 'publish': return { type: 'publish', data: { ...(published(name, 0) as Extract<DomainEvent, { type: 'AnomalyPublished' }>).data, ...more, at: ids.at } }
    case 'admit': return { type: 'admit', data: { ...ids, by: { kind: 'receipt', receipt } } }
    case 'reject': return { type: 'reject', data: { ...ids, code: rejectCode, by: { kind: 'receipts', receipts: [receipt] } } }
    case 'fail': return { type: 'reject', data: { ...ids, code: rejectCode, by: { kind: 'execution', placement } } }
    case 'time-out': return { type: 'time-out', data: { ...ids, waitedForMs: 30_000 } }
    case 'expire': return { type: 'expire', data: { ...ids, validUntil: ids.at } }
    case 'commit': return { type: 'commit', data: { ...ids, placement, view: asView(height + 10), blockTimestamp: ids.at } }
  }
}
