/** Signs a policy, sends it where validators read policies, and waits for what becomes of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventData } from '../../domain/events/schema.js'
import { sha256Hex } from '../../domain/hash.js'
import type { UnixMillis } from '../../domain/ids.js'
import { checkPolicy } from '../../domain/message/check-policy.js'
import { policyStream, refusedStream, type EventLog } from '../../eventlog/log.js'
import { originText, TOPICS } from '../../ingest/index.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import type { DataFolder } from '../data-folder/open.js'
import { openTransport } from '../roles/engines.js'
import { transportEngineOf } from '../shared/folder-transport.js'
import type { Progress } from '../shared/progress.js'
import { readFolderState } from '../shared/running.js'
import { openLogOf } from '../shared/stopped-folder.js'
import { UserError } from '../shared/user-error.js'
import { readPolicies, type KnownPolicies } from './read-policies.js'
import { sign, type Proposal, type SignedPolicy } from './sign.js'

export type Proposed = {
  readonly policyId: string
  readonly rule: string
  readonly action: string
  readonly effectiveHeight: number
  /** Its place in the topic. */
  readonly at: string
  readonly outcome: 'applied' | 'failed' | 'refused' | 'lapsed' | 'waiting'
  /** Of the block that carries it. */
  readonly height: number | null
  readonly code: string | null
  readonly sentence: string
}

export const propose = (data: DataFolder, proposal: Proposal, waitMs: number, progress: Progress): Promise<Proposed> =>
  deliver(data, (known) => sign(data.genesis, proposal, { at: Date.now() as UnixMillis, chain: known, rules: known.rules }), waitMs, progress)

/** A policy that was signed elsewhere. What validators would refuse is not sent. */
export const sendSigned = (data: DataFolder, bytes: Uint8Array, waitMs: number, progress: Progress): Promise<Proposed> =>
  deliver(data, ({ height, rules }) => {
    const check = checkPolicy(bytes, Date.now() as UnixMillis, height, rules, createVerifier())
    if (!check.ok) throw new UserError('BAD_POLICY', `${check.field} ${check.reason}${check.code === 'SKEW' ? '; sign it again, for the time and a height at which it will be sent' : ''}`)
    const { policy: { effectiveHeight }, message: { id, rule, action, pubkey } } = check
    return { policyId: id, rule, action, effectiveHeight, publicKey: pubkey, bytes }
  }, waitMs, progress)

async function deliver(data: DataFolder, policyFor: (now: KnownPolicies) => SignedPolicy, waitMs: number, progress: Progress): Promise<Proposed> {
  const log = await openLogOf(data)
  try {
    const { bytes, publicKey, policyId, rule, action, effectiveHeight } = policyFor(await readPolicies(log, data.genesis))
    const transport = await openTransport(transportEngineOf(data.layout))
    try {
      const [place] = await transport.send([{ topic: TOPICS.policy.name, key: publicKey, value: bytes }])
      const at = place === undefined ? TOPICS.policy.name : originText(place)
      const isRunning = (await readFolderState(data.layout)).kind === 'running'
      const fate = isRunning ? await waitForFate(log, policyId, sha256Hex(bytes), waitMs, progress) : undefined
      return { policyId, rule, action, effectiveHeight, at, ...(fate ?? stillWaiting(isRunning)) }
    } finally {
      await transport.close()
    }
  } finally {
    await log.close()
  }
}

type Fate = Pick<Proposed, 'outcome' | 'height' | 'code' | 'sentence'>

const stillWaiting = (isRunning: boolean): Fate => ({
  outcome: 'waiting', height: null, code: null,
  sentence: isRunning ? 'no block has carried it yet; `cybermesh policy list` shows it once one has' : 'it is read when `cybermesh up` runs; its time must not be more than the skew of genesis ago by then',
})

async function waitForFate(log: Pick<EventLog, 'readStream'>, policyId: string, messageHash: string, waitMs: number, progress: Progress): Promise<Fate | undefined> {
  const deadline = Date.now() + waitMs
  for (;;) {
    let lapsed: Fate | undefined
    for await (const { event } of log.readStream(policyStream(policyId))) {
      if (event.type === 'PolicyLapsed') lapsed = { outcome: 'lapsed', height: null, code: null, sentence: lapseInWords(event.data) }
      if (event.type !== 'PolicyRecorded') continue
      const { outcome, code, placement: { height }, effectiveHeight } = event.data
      return { outcome, height, code, sentence: outcome === 'applied' ? `block ${height} carries it; it works from height ${effectiveHeight} on` : `block ${height} carries it, and it failed (${code}); it changes nothing` }
    }
    // A block that carries it after all would stand behind it.
    if (lapsed !== undefined) return lapsed
    for await (const { event } of log.readStream(refusedStream(messageHash))) {
      if (event.type === 'MessageRefused') return { outcome: 'refused', height: null, code: event.data.code, sentence: `validators refused it (${event.data.code}); \`cybermesh dlq list\` shows it` }
    }
    if (Date.now() > deadline) return undefined
    progress.show('waiting for a block to carry it')
    await sleep(200)
  }
}

const lapseInWords = ({ effectiveHeight, reason }: EventData<'PolicyLapsed'>): string => (reason === 'height'
  ? `no block below its effective height ${effectiveHeight} carried it; it changes nothing: propose it again with a later one`
  : 'its time was over before a block carried it; it changes nothing: propose it again')
