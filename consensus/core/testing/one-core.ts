/** One real core with nothing around it: events in, effects out, and a state store that carries commits out. */
import { executeBlock } from '../../../domain/execution/execute.js'
import { BLOCK_TIME } from '../../../domain/execution/testing/network.js'
import { asEpoch, asHeight, asMillis, asView, type TxId } from '../../../domain/ids.js'
import { createTransactionCheck } from '../../../domain/execution/check-transaction.js'
import type { Block } from '../../../domain/block.js'
import type { Transaction } from '../../../domain/transaction.js'
import { verifySignature } from '../../../platform/crypto/ed25519.js'
import type { Recovered } from '../core-state.js'
import { createEngine, type Engine } from '../engine.js'
import type { PeerMessage } from '../messages.js'
import type { CommittedBlock, Effect, Event, Report } from '../protocol.js'
import type { SafetyRecord } from '../safety-rules.js'
import { genesis, idOf, initialNodes, root, rootQc, set, signer } from './forge.js'

export const freshRecord: SafetyRecord = {
  epoch: asEpoch(0), lastVotedView: asView(0), lockView: asView(0), lastVote: undefined, lastProposedView: asView(0), highQc: rootQc, highTc: undefined,
}

export type OneCore = {
  readonly engine: Engine
  readonly committed: CommittedBlock[]
  readonly reports: Report[]
  /** Milliseconds; may be changed. */
  now: number
  submit(event: Event): readonly Effect[]
  /** Starts it among peers that know nothing: it may sign from then on. */
  start(): readonly Effect[]
  /** Delivers a message as validator `from`. */
  hear(message: PeerMessage, from?: number): readonly Effect[]
  propose(proposal: Extract<PeerMessage, { type: 'proposal' }>['proposal'], from?: number): readonly Effect[]
  pool: Transaction[]
}

/** @param watchesKey off, since tests forge certificates with every key, also with that of the core itself */
export function createOneCore(self: number, start: Partial<SafetyRecord> = {}, uncommitted: readonly Block[] = [], watchesKey = false): OneCore {
  const nodes = new Map<string, Uint8Array>(initialNodes)
  const pool = { hasWork: (exclude: ReadonlySet<TxId>) => core.pool.some(({ id }) => !exclude.has(id)), select: (exclude: ReadonlySet<TxId>, { maxCount }: { readonly maxCount: number }) => core.pool.filter(({ id }) => !exclude.has(id)).slice(0, maxCount) }
  const recovered: Recovered = {
    record: { ...freshRecord, ...start }, uncommitted,
    head: { block: root, execution: { stateRoot: root.header.stateRoot, receiptsRoot: root.header.receiptsRoot, receipts: [], changes: { puts: new Map(), deletes: new Set() } } },
  }
  const engine = createEngine({
    set, limits: genesis.limits, self: idOf(self), signer: signer(self), genesisBlock: root, verify: verifySignature,
    checkTransaction: createTransactionCheck(genesis, verifySignature),
    execute: (input) => executeBlock({ ...input, genesis }), pool, committedNodes: { get: (hash) => nodes.get(hash) }, baseTimeoutMs: 1000, sharesKey: !watchesKey,
  }, recovered)
  const carryOut = (effect: Effect): void => {
    if (effect.type === 'report') core.reports.push(effect.report)
    if (effect.type !== 'commit') return
    for (const committed of effect.blocks) {
      for (const hash of committed.changes.deletes) nodes.delete(hash)
      for (const [hash, bytes] of committed.changes.puts) nodes.set(hash, bytes)
      core.committed.push(committed)
    }
  }
  const core: OneCore = {
    engine, committed: [], reports: [], now: BLOCK_TIME, pool: [],
    submit(event) {
      const effects = engine.step(event, asMillis(core.now))
      effects.forEach(carryOut)
      return effects
    },
    start() {
      const first = core.submit({ type: 'start' })
      const info = { highQc: rootQc, highTc: undefined, committedHeight: asHeight(0) }
      const peers = set.validators.filter(({ index }) => index !== self).slice(0, set.quorum - 1)
      return [...first, ...peers.flatMap(({ index }) => core.hear({ type: 'sync-info', info }, index))]
    },
    hear: (message, from = 1) => core.submit({ type: 'message', from: idOf(from), message }),
    propose: (proposal, from) => core.hear({ type: 'proposal', proposal }, from ?? set.byId(proposal.block.header.proposer)?.index ?? 1),
  }
  return core
}

export const votesIn = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'broadcast' && effect.message.type === 'vote' ? [effect.message.vote] : []))
export const fetchesIn = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'fetch' ? [effect] : []))
/** Delays of the view timers that were set, milliseconds. */
export const timersIn = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'set-timer' ? [effect.delayMs] : []))
export const refusalsOf = (core: OneCore): string[] =>
  core.reports.flatMap((report) => (report.kind === 'message-refused' || report.kind === 'vote-refused' ? [report.reason] : []))
