/**
 * Hears control.policy.v1. An update changes something only when it is proven: its transaction succeeded in a proven
 * block. The topics are read side by side, so an update may come before its block, or after; either waits, bounded.
 */
import type { VerifySignature } from '../../domain/crypto.js'
import { sha256Hex } from '../../domain/hash.js'
import type { Height, TxId } from '../../domain/ids.js'
import { verifyPolicyUpdate } from '../../domain/message/policy-update.js'
import { readPolicy, type Policy } from '../../domain/policy/policy.js'
import { policiesInForce } from '../../domain/policy/rules-at.js'
import { detectorRules, NO_RULES, type DetectorRules } from '../policy/detector-rules.js'
import type { TransportRecord } from '../../ingest/transport/transport.js'
import type { ProvenBlock } from './chain-follower.js'
import { forgetOldest } from './forget-oldest.js'
import { policyOf, readPolicyProof } from './policy-proof.js'
import type { FeedbackStore } from './store.js'
import { createTally, type TallyCounters } from './tally.js'

export type PolicyCounters = TallyCounters & {
  /** Proven updates that are known. */
  readonly known: number
  /** Updates whose block has not been proven yet. */
  readonly unproven: number
  /** Updates that could not be kept: too many at once. */
  readonly dropped: number
  readonly inForce: readonly Pick<Policy, 'policyId' | 'action' | 'rule' | 'effectiveHeight' | 'expirationHeight'>[]
}

export type PolicyHearing = {
  hear(record: TransportRecord, height: number, dirty: Map<string, unknown>): void
  /** Final blocks, and how high the chain is now. */
  follow(blocks: readonly ProvenBlock[], height: number, dirty: Map<string, unknown>): void
  rules(): DetectorRules
  counters(): PolicyCounters
}

export type PolicyHearingOptions = {
  readonly allowedKeys: ReadonlySet<string>
  readonly verify: VerifySignature
  readonly store: Pick<FeedbackStore, 'rows'>
  readonly verifyCertificates: boolean
  /** How high the chain was when the store was written. */
  readonly height: number
}

const KNOWN_ROW = 'policy/known/'
const WAITING_ROW = 'policy/waiting/'
const PROVEN_ROW = 'policy/proven/'
const MAX_KNOWN = 10_000
const MAX_WAITING = 1000
/** Transactions of blocks with policies, remembered for updates that come later than their block. */
const MAX_PROVEN = 20_000

/** As it is kept: the words it was said in, and its place in the topic. */
type Told = Pick<Policy, 'policyId' | 'action' | 'rule' | 'params'> & { readonly offset: number }
/** In the order of the chain: its block, then its place in the topic. */
type Known = Told & { readonly blockHeight: number }

export function createPolicyHearing({ allowedKeys, verify, store, verifyCertificates, height: startHeight }: PolicyHearingOptions): PolicyHearing {
  const known = new Map<string, Known>(store.rows<Known>(KNOWN_ROW))
  const waiting = new Map<string, Told>(store.rows<Told>(WAITING_ROW))
  const proven = new Map<string, number>(store.rows<number>(PROVEN_ROW))
  const tally = createTally()
  let dropped = 0
  let policies: readonly Policy[] = policiesOf(known)
  let rules: DetectorRules = NO_RULES
  let ruledHeight = -1

  function rule(height: number, isChanged: boolean): void {
    const isBetween = (at: number | undefined): boolean => at !== undefined && at > ruledHeight && at <= height
    const isTurn = isChanged || policies.some(({ effectiveHeight, expirationHeight }) => isBetween(effectiveHeight) || isBetween(expirationHeight))
    ruledHeight = height
    if (isTurn) rules = detectorRules(policies, height as Height)
  }
  rule(startHeight, true)

  function learn(key: string, told: Told, blockHeight: number, dirty: Map<string, unknown>): void {
    if (known.size >= MAX_KNOWN) {
      dropped += 1
      return
    }
    known.set(key, { ...told, blockHeight })
    dirty.set(`${KNOWN_ROW}${key}`, { ...told, blockHeight } satisfies Known)
    policies = policiesOf(known)
  }

  function wait(txId: TxId, told: Told, dirty: Map<string, unknown>): void {
    waiting.set(txId, told)
    dirty.set(`${WAITING_ROW}${txId}`, told)
    forgetOldest(waiting, MAX_WAITING, (key) => {
      dropped += 1
      dirty.set(`${WAITING_ROW}${key}`, undefined)
    })
  }

  return {
    hear(record, height, dirty) {
      const check = verifyPolicyUpdate(record.value, allowedKeys, verify)
      if (!check.ok) return tally.refuse(`${check.code}/${check.field}`)
      const { message } = check
      if (Buffer.from(record.key).toString() !== message.policyId) return tally.refuse('MALFORMED/key')
      const proof = readPolicyProof(message, record.headers)
      if (!proof.ok && verifyCertificates) return tally.refuse(`PROOF/${proof.fault}`)
      const policy = policyOf(message)
      if (policy === undefined) return tally.refuse('MALFORMED/rule_data')
      const content = sha256Hex(record.value)
      const key = proof.ok ? proof.txId : content
      if (known.has(key) || waiting.has(key)) {
        // Told before a restart, perhaps: what is kept stands either way.
        if (tally.knows(key)) tally.isNews(key, content)
        else tally.repeat()
        return
      }
      if (!tally.isNews(key, content)) return
      const { policyId, action, rule: subject, params } = policy
      const told: Told = { policyId, action, rule: subject, params, offset: record.offset }
      const blockHeight = proof.ok ? proven.get(proof.txId) : undefined
      if (!verifyCertificates || blockHeight !== undefined) learn(key, told, blockHeight ?? 0, dirty)
      else if (proof.ok) wait(proof.txId, told, dirty)
      rule(height, true)
    },
    follow(blocks, height, dirty) {
      let isChanged = false
      for (const block of blocks) {
        for (const { txId, status } of block.receipts) {
          if (status !== 'success') continue
          const told = waiting.get(txId)
          if (told !== undefined) {
            waiting.delete(txId)
            dirty.set(`${WAITING_ROW}${txId}`, undefined)
            learn(txId, told, block.height, dirty)
            isChanged = true
          } else if (block.hasPolicies && !known.has(txId)) {
            proven.set(txId, block.height)
            dirty.set(`${PROVEN_ROW}${txId}`, block.height)
            forgetOldest(proven, MAX_PROVEN, (key) => { dirty.set(`${PROVEN_ROW}${key}`, undefined) })
          }
        }
      }
      rule(height, isChanged)
    },
    rules: () => rules,
    counters: () => ({
      ...tally.counters(), known: known.size, unproven: waiting.size, dropped,
      inForce: policiesInForce(policies, ruledHeight as Height)
        .map(({ policyId, action, rule: subject, effectiveHeight, expirationHeight }) => ({ policyId, action, rule: subject, effectiveHeight, expirationHeight })),
    }),
  }
}

/** In the order of the chain. */
function policiesOf(known: ReadonlyMap<string, Known>): readonly Policy[] {
  return [...known.values()].sort((a, b) => a.blockHeight - b.blockHeight || a.offset - b.offset).flatMap(({ policyId, ...said }) => {
    const read = readPolicy({ id: policyId, ...said })
    return read.ok ? [read.policy] : []
  })
}
