/** Signs a policy, sends it where validators read policies, and waits for what becomes of it. */
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../domain/bytes.js'
import { canonicalJson, type Json } from '../../domain/canonical-json.js'
import type { EventData } from '../../domain/events/schema.js'
import { sha256Hex } from '../../domain/hash.js'
import type { UnixMillis } from '../../domain/ids.js'
import { checkPolicy } from '../../domain/message/check-policy.js'
import { encodePolicy } from '../../domain/message/policy.js'
import { signPolicy } from '../../domain/message/sign-policy.js'
import { POLICY_ACTIONS, POLICY_RULES, type PolicyAction, type PolicyRule } from '../../domain/policy/kinds.js'
import { keysOfOthers } from '../../domain/policy/rules-at.js'
import { policyStream, refusedStream, type EventLog } from '../../eventlog/log.js'
import { originText, TOPICS } from '../../ingest/index.js'
import { createVerifier, isTorsionFree } from '../../platform/crypto/ed25519.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import type { DataFolder } from '../data-folder/open.js'
import { openTransport } from '../roles/engines.js'
import { transportEngineOf } from '../shared/folder-transport.js'
import type { Progress } from '../shared/progress.js'
import { readFolderState } from '../shared/running.js'
import { openLogOf } from '../shared/stopped-folder.js'
import { UserError } from '../shared/user-error.js'
import { readPolicies } from './read-policies.js'

export type Proposal = {
  readonly key: string
  readonly rule: string
  readonly action: string
  /** JSON of what the rule needs. */
  readonly params: string
  /** A height, or `+N` for N above the next block's. */
  readonly effectiveHeight: string
  readonly expirationHeight?: string
  readonly rollbackOf?: string
}

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

export async function propose(data: DataFolder, proposal: Proposal, waitMs: number, progress: Progress): Promise<Proposed> {
  const log = await openLogOf(data)
  try {
    const { height, rules } = await readPolicies(log, data.genesis)
    const signer = readKeyFile(proposal.key)
    const action = oneOf<PolicyAction>('--action', proposal.action, POLICY_ACTIONS)
    const rule = oneOf<PolicyRule>('--rule', proposal.rule, POLICY_RULES)
    const policyId = randomUUID()
    const effectiveHeight = heightOf('--effective-height', proposal.effectiveHeight, height)
    const params: Json = {
      ...subjectOf(proposal.params), policyId, effectiveHeight,
      ...(proposal.expirationHeight === undefined ? {} : { expirationHeight: heightOf('--expiration-height', proposal.expirationHeight, height) }),
      ...(proposal.rollbackOf === undefined ? {} : { rollbackOf: proposal.rollbackOf }),
    }
    const now = Date.now() as UnixMillis
    const bytes = encodePolicy(signPolicy({
      id: policyId, action, rule, params: utf8ToBytes(canonicalJson(params)), tsSeconds: Math.floor(now / 1000), nonce: randomBytes(16),
    }, signer))
    // The same check that validators make: what they would refuse is not sent.
    const check = checkPolicy(bytes, now, height, rules, createVerifier())
    if (!check.ok) throw new UserError('BAD_POLICY', `${check.field} ${check.reason}${check.code === 'UNKNOWN_PRODUCER' ? `; name the key file of an authority with --key, this one is ${bytesToHex(signer.publicKey).slice(0, 12)}` : ''}`)
    refuseUnsoundKeys(params, keysOfOthers(data.genesis))
    const transport = await openTransport(transportEngineOf(data.layout))
    try {
      const [place] = await transport.send([{ topic: TOPICS.policy.name, key: signer.publicKey, value: bytes }])
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

function oneOf<T extends string>(option: string, word: string, words: readonly T[]): T {
  const known = words.find((one) => one === word)
  if (known === undefined) throw new UserError('BAD_OPTION', `${option} must be one of ${words.join(', ')}, got ${word}`)
  return known
}

function heightOf(option: string, text: string, next: number): number {
  const match = /^(\+?)(\d{1,15})$/.exec(text)
  if (match === null) throw new UserError('BAD_OPTION', `${option} must be a height, or +N for N above the next block's, got ${text}`)
  return Number(match[2]) + (match[1] === '+' ? next : 0)
}

function subjectOf(text: string): Readonly<Record<string, Json>> {
  try {
    const value = JSON.parse(text) as Json
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, Json>>
  } catch {
    // Named below.
  }
  throw new UserError('BAD_OPTION', `--params must be a JSON object, such as '{"kind":"ddos","value":0.9}'; docs/policies.md lists what each rule needs`)
}

/** What only a shell can see of a key, and what only execution would say. */
function refuseUnsoundKeys(params: Json, others: ReadonlySet<string>): void {
  const { producer, newKey } = params as { readonly producer?: string; readonly newKey?: string }
  for (const key of [producer, newKey].filter((one) => one !== undefined)) {
    if (!isTorsionFree(hexToBytes(key))) throw new UserError('BAD_KEY', `${key} is no sound Ed25519 key; make keys with \`cybermesh keys new\``)
    if (others.has(key)) throw new UserError('BAD_KEY', `${key} has another role in genesis; a producer needs a key of its own`)
  }
}
