/**
 * Real cores in virtual time: messages travel with a fixed delay, timers fire in order, disks keep what was persisted.
 * Real Ed25519, real execution, real encodings; only the network, the clock and the disk are modelled.
 */
import { createSigner, createVerifier } from '../../../platform/crypto/ed25519.js'
import { rememberVerdicts } from '../../../platform/crypto/remember-verdicts.js'
import { bytesToHex, utf8ToBytes } from '../../../domain/bytes.js'
import { genesisBlock, genesisQc, type Block } from '../../../domain/block.js'
import { executeBlock, genesisState } from '../../../domain/execution/execute.js'
import { BLOCK_TIME, genesisBody, txOf } from '../../../domain/execution/testing/network.js'
import { createGenesis, validatorIdOf, validatorSetOf, type Genesis } from '../../../domain/genesis.js'
import { sha256 } from '../../../domain/hash.js'
import { asEpoch, asMillis, asView, type BlockHash, type TxId, type ValidatorId } from '../../../domain/ids.js'
import { createTransactionCheck } from '../../../domain/execution/check-transaction.js'
import type { Transaction } from '../../../domain/transaction.js'
import { createEngine, type Engine } from '../engine.js'
import { decodeMessage, encodeMessage, type PeerMessage } from '../messages.js'
import type { TxPool } from '../ports.js'
import type { CommittedBlock, Effect, Event, Report } from '../protocol.js'
import type { SafetyRecord } from '../safety-rules.js'

export { txOf }

export const BASE_TIMEOUT_MS = 1000
const DELAY_MS = 5

export type Node = {
  readonly id: ValidatorId
  readonly committed: CommittedBlock[]
  readonly reports: Report[]
  readonly records: SafetyRecord[]
  readonly sent: PeerMessage[]
  engine: Engine
  isUp: boolean
  /** Why it stopped for good. */
  haltReason: string | undefined
  submitTx(...txs: readonly Transaction[]): void
  /** Kills the node and starts it again from its disk; a lost memory is a disk without safety record and open blocks. */
  restart(memory?: 'kept' | 'lost'): void
}

export type Cluster = {
  readonly genesis: Genesis
  readonly nodes: readonly Node[]
  readonly now: () => number
  /** Decides message by message whether it arrives. */
  filter: (from: Node, to: Node, message: PeerMessage) => boolean
  /** Runs until nothing is scheduled or `untilMs` of virtual time have passed. */
  run(untilMs?: number): void
  deliver(to: Node, from: ValidatorId, message: PeerMessage): void
}

type Scheduled = { readonly at: number; readonly order: number; readonly run: () => void }

export function createCluster(n: number): Cluster {
  const names = Array.from({ length: n }, (_, i) => `v${i}`)
  const signers = names.map((name) => createSigner(sha256(utf8ToBytes(name))))
  const genesis = createGenesis({ ...genesisBody, validators: signers.map((signer, i) => ({ name: names[i] as string, publicKey: bytesToHex(signer.publicKey) })) })
  const verify = rememberVerdicts(createVerifier())
  const checkTransaction = createTransactionCheck(genesis, verify)
  const initial = genesisState(genesis)
  const root = genesisBlock(validatorSetOf(genesis).chainId, initial.stateRoot)
  const start = BLOCK_TIME as number
  let now = start
  let order = 0
  const schedule: Scheduled[] = []
  const at = (delayMs: number, run: () => void): void => {
    schedule.push({ at: now + delayMs, order: order++, run })
    schedule.sort((a, b) => a.at - b.at || a.order - b.order)
  }

  const cluster = { genesis, now: () => now, filter: () => true } as unknown as { -readonly [K in keyof Cluster]: Cluster[K] }
  cluster.nodes = signers.map((signer) => createNode(signer))

  function createNode(signer: ReturnType<typeof createSigner>): Node {
    const id = validatorIdOf(signer.publicKey)
    const disk = { nodes: new Map<string, Uint8Array>(initial.puts), blocks: new Map<BlockHash, Block>(), final: [] as CommittedBlock[] }
    const firstRecord: SafetyRecord = {
      epoch: asEpoch(0), lastVotedView: asView(0), lockView: asView(0), lastVote: undefined, lastProposedView: asView(0), highQc: genesisQc(root), highTc: undefined,
    }
    let record = firstRecord
    let timerGeneration = 0
    const pending = new Map<TxId, Transaction>()
    const pool: TxPool = {
      hasWork: (exclude) => [...pending.keys()].some((txId) => !exclude.has(txId)),
      select: (exclude, limits) => [...pending.values()].filter((tx) => !exclude.has(tx.id)).slice(0, limits.maxCount),
    }
    const boot = (): Engine => {
      const head = disk.final.at(-1)
      const block = head?.block ?? root
      const execution = { stateRoot: block.header.stateRoot, receiptsRoot: block.header.receiptsRoot, receipts: head?.receipts ?? [], changes: { puts: new Map(), deletes: new Set<string>() } }
      const latest = head !== undefined && head.commitCertificate.data.view > record.highQc.data.view ? head.commitCertificate : record.highQc
      const uncommitted = [...disk.blocks.values()].filter(({ header }) => header.height > block.header.height).sort((a, b) => a.header.height - b.header.height)
      return createEngine({
        set: validatorSetOf(genesis), limits: genesis.limits, self: id, signer, genesisBlock: root, verify,
        checkTransaction,
        execute: (input) => executeBlock({ ...input, genesis }), pool, committedNodes: { get: (hash) => disk.nodes.get(hash) }, baseTimeoutMs: BASE_TIMEOUT_MS,
      }, { record: { ...record, highQc: latest }, head: { block, execution }, uncommitted })
    }

    const carryOut = (effect: Effect): void => {
      switch (effect.type) {
        case 'persist-block': return void disk.blocks.set(effect.block.hash, effect.block)
        case 'persist-safety': record = effect.record; return void node.records.push(effect.record)
        case 'send': return transmit(node, effect.to, effect.message)
        case 'broadcast': node.sent.push(effect.message); for (const peer of cluster.nodes) if (peer !== node) transmit(node, peer.id, effect.message); return
        case 'set-timer': { const generation = ++timerGeneration; return at(effect.delayMs, () => { if (generation === timerGeneration) submit({ type: 'timer', view: effect.view }) }) }
        case 'clear-timer': timerGeneration += 1; return
        case 'set-gathering-timer': return at(effect.delayMs, () => submit({ type: 'gathered', view: effect.view }))
        case 'commit': return commit(effect.blocks)
        case 'fetch': return answerFetch(effect)
        case 'report': return void node.reports.push(effect.report)
        case 'halt': node.isUp = false; node.haltReason = effect.reason; return
      }
    }
    const commit = (blocks: readonly CommittedBlock[]): void => {
      for (const committed of blocks) {
        for (const hash of committed.changes.deletes) disk.nodes.delete(hash)
        for (const [hash, bytes] of committed.changes.puts) disk.nodes.set(hash, bytes)
        for (const tx of committed.block.transactions) pending.delete(tx.id)
        disk.final.push(committed)
        disk.blocks.delete(committed.block.hash)
        node.committed.push(committed)
      }
      const height = blocks.at(-1)?.block.header.height
      if (height !== undefined) at(0, () => submit({ type: 'commits-stored', height }))
    }
    const answerFetch = ({ from, target, fromHeight }: Extract<Effect, { type: 'fetch' }>): void => {
      const peer = cluster.nodes.find((candidate) => candidate.id === from) as Node & { ancestors(target: BlockHash, fromHeight: number): readonly Block[] }
      at(2 * DELAY_MS, () => {
        const blocks = peer.isUp ? peer.ancestors(target, fromHeight) : []
        submit(blocks.length > 0 ? { type: 'blocks', from, target, blocks } : { type: 'fetch-failed', from, target })
      })
    }
    const submit = (event: Event): void => {
      if (!node.isUp) return
      for (const effect of node.engine.step(event, asMillis(now))) carryOut(effect)
    }
    const node = {
      id, committed: [] as CommittedBlock[], reports: [] as Report[], records: [] as SafetyRecord[], sent: [] as PeerMessage[], isUp: true, haltReason: undefined as string | undefined,
      engine: undefined as unknown as Engine,
      submit,
      submitTx(...txs: readonly Transaction[]) {
        for (const tx of txs) pending.set(tx.id, tx)
        submit({ type: 'transactions-available' })
      },
      ancestors(target: BlockHash, fromHeight: number): readonly Block[] {
        const path: Block[] = []
        const all = new Map([...disk.blocks, ...disk.final.map(({ block }) => [block.hash, block] as const)])
        for (let block = all.get(target); block !== undefined && block.header.height >= fromHeight; block = all.get(block.header.parentHash)) path.push(block)
        return path.reverse().slice(0, 16)
      },
      restart(memory: 'kept' | 'lost' = 'kept') {
        timerGeneration += 1
        if (memory === 'lost') {
          record = firstRecord
          disk.blocks.clear()
        }
        node.isUp = true
        node.engine = boot()
        submit({ type: 'start' })
        for (const peer of cluster.nodes) {
          if (peer === node || !peer.isUp) continue
          submit({ type: 'peer-connected', peer: peer.id })
          at(0, () => (peer as unknown as { submit(event: Event): void }).submit({ type: 'peer-connected', peer: id }))
        }
      },
    }
    node.engine = boot()
    return node as unknown as Node
  }

  function transmit(from: Node, to: ValidatorId, message: PeerMessage): void {
    const target = cluster.nodes.find(({ id }) => id === to)
    if (target === undefined || !cluster.filter(from, target, message)) return
    const bytes = encodeMessage(message)
    at(DELAY_MS, () => cluster.deliver(target, from.id, decodeMessage(bytes)))
  }

  cluster.deliver = (to, from, message) => (to as unknown as { submit(event: Event): void }).submit({ type: 'message', from, message })
  cluster.run = (untilMs = 60_000) => {
    const end = now + untilMs
    for (let next = schedule.shift(); next !== undefined; next = schedule.shift()) {
      if (next.at > end) {
        schedule.unshift(next)
        break
      }
      now = Math.max(now, next.at)
      next.run()
    }
    now = schedule.length === 0 ? now : Math.max(now, Math.min(end, (schedule[0] as Scheduled).at))
  }
  return cluster
}
