/** Hears control.commits.v1: how high the chain is, and what became of transactions. */
import { bytesToHex } from '../../domain/bytes.js'
import { genesisBlock } from '../../domain/block.js'
import { genesisState } from '../../domain/execution/execute.js'
import { validatorSetOf, type Genesis } from '../../domain/genesis.js'
import type { VerifySignature } from '../../domain/crypto.js'
import type { AnomalyId } from '../../domain/ids.js'
import { verifyCommitEvent, type CommitMessage } from '../../domain/message/commit-event.js'
import type { TransportRecord } from '../../ingest/transport/transport.js'
import { readProof } from './block-proof.js'
import { createChainFollower, type ChainTip, type ProvenBlock } from './chain-follower.js'
import type { OwnAnomalies } from './own-anomalies.js'
import type { FeedbackStore } from './store.js'
import { createTally, type TallyCounters } from './tally.js'

export type CommitNews = {
  /** How high the chain is now. */
  readonly height: number
  readonly blocks: readonly ProvenBlock[]
}

export type CommitCounters = TallyCounters & {
  readonly ownCommitted: number
  /** Blocks that wait for a descendant's certificate. */
  readonly waiting: number
  /** Own anomalies that a notice names and its block does not hold: a false word of whoever signed it. */
  readonly falseClaims: number
}

export type CommitHearing = {
  height(): number
  /** Undefined: nothing new. */
  hear(record: TransportRecord, dirty: Map<string, unknown>): CommitNews | undefined
  counters(): CommitCounters
}

export type CommitHearingOptions = {
  readonly genesis: Genesis
  readonly allowedKeys: ReadonlySet<string>
  readonly verify: VerifySignature
  readonly store: Pick<FeedbackStore, 'rows'>
  readonly own: OwnAnomalies
  /** False: the notices are believed for their signature alone. */
  readonly verifyCertificates: boolean
}

const CHAIN_ROW = 'chain/'
type Stored = { readonly tip: ChainTip; readonly waiting: readonly ProvenBlock[] }

export function createCommitHearing({ genesis, allowedKeys, verify, store, own, verifyCertificates }: CommitHearingOptions): CommitHearing {
  const set = validatorSetOf(genesis)
  const genesisHash = genesisBlock(set.chainId, genesisState(genesis).stateRoot).hash
  const stored = store.rows<Stored>(CHAIN_ROW)[0]?.[1]
  const chain = createChainFollower({ set, genesisHash, verify, from: stored })
  const tally = createTally()
  let height: number = chain.tip().height
  let ownCommitted = 0
  let falseClaims = 0

  function commit(id: AnomalyId): void {
    const before = own.stateOf(id)
    own.committed(id)
    if (before !== undefined && before !== 'COMMITTED') ownCommitted += 1
  }

  /** Its signature alone says so. */
  function believe(message: CommitMessage): CommitNews {
    height = Math.max(height, message.height)
    for (const id of message.anomalyIds) commit(id)
    return { height, blocks: [] }
  }

  function settle({ receipts, claims }: ProvenBlock): void {
    const held = new Set<AnomalyId>()
    for (const receipt of receipts) {
      const id = own.idOf(receipt.txId)
      if (id === undefined) continue
      if (receipt.status === 'failed') {
        own.rejected(id, receipt.code)
        continue
      }
      held.add(id)
      commit(id)
    }
    falseClaims += claims.filter((id) => !held.has(id)).length
  }

  function prove(message: CommitMessage, record: TransportRecord, dirty: Map<string, unknown>): CommitNews | undefined {
    const { blockHash } = message
    if (tally.knows(String(message.height))) return void tally.isNews(String(message.height), blockHash)
    if (message.height <= height) return void tally.repeat()
    const read = readProof(message, record.headers, set)
    if (!read.ok) return void tally.refuse(`PROOF/${read.fault}`)
    const { header, certificate, receipts } = read.proof
    const claims = message.anomalyIds.filter((id) => own.stateOf(id) !== undefined)
    const block: ProvenBlock = { height: message.height, hash: blockHash, parentHash: header.parentHash, receipts, hasPolicies: message.policyCount > 0, claims }
    const result = chain.take(block, certificate)
    if (result.kind === 'refused') return void tally.refuse(`PROOF/${result.fault}`)
    dirty.set(CHAIN_ROW, { tip: chain.tip(), waiting: chain.waiting() } satisfies Stored)
    if (result.kind === 'waiting') return undefined
    height = message.height
    for (const final of result.blocks) {
      tally.isNews(String(final.height), final.hash)
      settle(final)
    }
    return { height, blocks: result.blocks }
  }

  return {
    height: () => height,
    hear(record, dirty) {
      const check = verifyCommitEvent(record.value, allowedKeys, verify)
      if (!check.ok) return void tally.refuse(`${check.code}/${check.field}`)
      const { message } = check
      if (bytesToHex(record.key) !== message.height.toString(16).padStart(16, '0')) return void tally.refuse('MALFORMED/key')
      if (verifyCertificates) return prove(message, record, dirty)
      return tally.isNews(String(message.height), message.blockHash) ? believe(message) : undefined
    },
    counters: () => ({ ...tally.counters(), ownCommitted, waiting: chain.waiting().length, falseClaims }),
  }
}
