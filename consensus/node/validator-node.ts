/** A running validator: the core, its disk, and its network, joined. */
import { bytesToHex } from '../../domain/bytes.js'
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import { executeBlock } from '../../domain/execution/execute.js'
import { validatorIdOf, validatorSetOf, type Genesis } from '../../domain/genesis.js'
import type { TxId, ValidatorId } from '../../domain/ids.js'
import { verifyQc } from '../../domain/verify-certificate.js'
import type { Transaction } from '../../domain/transaction.js'
import { createNodeCache } from '../../domain/state/nodes.js'
import type { PeerId } from '@libp2p/interface'
import type { Clock } from '../../platform/clock.js'
import { once } from '../../platform/once.js'
import type { SignatureChecks } from '../../platform/crypto/verified-cache.js'
import { createEngine, type Engine, type EngineStatus } from '../core/engine.js'
import { encodeMessage, type PeerMessage } from '../core/messages.js'
import type { CheckTransaction, TxPool } from '../core/ports.js'
import type { CommittedBlock, Report } from '../core/protocol.js'
import { peerIdOf } from '../network/identity.js'
import { openLanes, type Lane } from '../network/lanes.js'
import type { Mesh } from '../network/mesh.js'
import { serve } from '../network/requests.js'
import type { BlockStore } from '../storage/block-store.js'
import type { SafetyStore } from '../storage/safety-record/store.js'
import { answerBlocks, answerChain, BLOCKS_PROTOCOL, CHAIN_PROTOCOL } from './block-exchange.js'
import { createAnnouncer } from './announce.js'
import { encodeCompactProposal } from './compact-proposal.js'
import { createDriver } from './driver.js'
import { createEdge } from './edge.js'
import { createBlockFetcher } from './fetch-blocks.js'
import { createInbound, LANE_OF, type Inbound } from './inbound.js'
import { answerTransactions, TRANSACTIONS_PROTOCOL } from './missing-transactions.js'
import { createPeerBook } from './peer-book.js'
import { createProposalForm } from './proposal-form.js'
import { peerStatusOf, type PeerStatus } from './peer-status.js'
import { genesisRoot, recover } from './recover.js'

export type ValidatorNodeOptions = {
  readonly genesis: Genesis
  readonly signer: Signer
  readonly verify: VerifySignature
  /** Checks signatures off the main thread, so that `verify` finds their verdict in its memory. */
  readonly verifyAhead?: SignatureChecks['ahead']
  readonly checkTransaction: CheckTransaction
  readonly pool: TxPool
  /** A waiting transaction, so that proposals may come without it; without this all are asked for. */
  readonly findTransaction?: (id: TxId) => Transaction | undefined
  readonly mesh: Mesh
  readonly blocks: BlockStore
  readonly safety: SafetyStore
  readonly clock: Clock
  readonly baseTimeoutMs: number
  onCommit(blocks: readonly CommittedBlock[]): void
  onReport(report: Report): void
  onFatal(error: unknown): void
}

export type NodeStatus = EngineStatus & {
  readonly connectedPeers: number
  readonly droppedMessages: Readonly<Record<Lane, number>>
  /** Proposals made whole again, those among them that lacked transactions, and messages that gave way to newer ones. */
  readonly inbound: ReturnType<Inbound['status']>
  readonly peers: readonly PeerStatus[]
  /** Messages refused at the door or by the core, counted; `from` is null for followers. */
  readonly refusals: readonly { readonly from: ValidatorId | null; readonly type: string; readonly reason: string; readonly count: number }[]
}

export type ValidatorNode = {
  /** The pool has something new. */
  transactionsAvailable(): void
  status(): NodeStatus
  nextBlock: Engine['nextBlock']
  /** Whether agreeing takes so long just now that whatever can wait should. */
  isLate(): boolean
  stop(): Promise<void>
}

/** About 300 bytes each. */
const STATE_CACHE_NODES = 200_000

export async function startValidatorNode(options: ValidatorNodeOptions): Promise<ValidatorNode> {
  const { genesis, mesh, blocks, safety } = options
  const set = validatorSetOf(genesis)
  const self = validatorIdOf(options.signer.publicKey)
  if (set.byId(self) === undefined) throw new Error(`key ${bytesToHex(options.signer.publicKey)} is not a validator of this genesis`)
  const root = genesisRoot(genesis)
  const peers = set.validators.filter(({ id }) => id !== self).map(({ id, publicKey }) => ({ id, peerId: peerIdOf(publicKey) }))
  const validatorOfPeer = new Map(peers.map(({ id, peerId }) => [peerId.toString(), id]))
  const peerOfValidator = new Map(peers.map(({ id, peerId }) => [id, peerId]))

  const stateCache = createNodeCache(STATE_CACHE_NODES)
  const engine = createEngine({
    set, self, limits: genesis.limits, signer: options.signer, verify: options.verify, genesisBlock: root.block,
    checkTransaction: options.checkTransaction, pool: options.pool, committedNodes: blocks.nodes, baseTimeoutMs: options.baseTimeoutMs,
    execute: (input) => executeBlock({ ...input, genesis }, stateCache),
  }, recover(root, blocks, safety.record))

  const book = createPeerBook(new Set(peers.map(({ id }) => id)))
  const edge = createEdge({
    mesh, book, peerOf: (id) => peerOfValidator.get(id), now: () => options.clock.now(),
    onMessage: (from, message) => inbound.push(from, message),
    onReport: options.onReport,
  })
  const inbound = createInbound({
    set, mesh, answerWithinMs: options.baseTimeoutMs, verify: options.verify, ahead: options.verifyAhead, findTransaction: options.findTransaction ?? (() => undefined), peerOf: (id) => peerOfValidator.get(id),
    deliver: (from, message) => driver.submit({ type: 'message', from, message }),
    onRefused: (from, reason) => edge.onReport({ kind: 'message-refused', from, message: 'proposal', reason }),
    onLie: (from, reason) => edge.onBadAnswer(from, reason),
  })
  const lanes = await openLanes(mesh,
    (peer, bytes) => {
      const from = validatorOfPeer.get(peer.toString())
      if (from !== undefined) edge.onBytes(from, bytes)
    },
    (peer, error) => {
      const from = validatorOfPeer.get(peer.toString())
      if (from !== undefined) edge.onBadFrame(from, error)
    })
  const fetcher = createBlockFetcher({
    mesh, peerOf: (id) => peerOfValidator.get(id),
    isValidQc: (qc) => verifyQc(qc, set, root.block.hash, options.verify).ok,
    onBlocks: (from, target, answer) => driver.submit({ type: 'blocks', from, target, blocks: answer }),
    onFailed: (from, target) => driver.submit({ type: 'fetch-failed', from, target }),
    onLie: (from, reason) => edge.onBadAnswer(from, reason),
  })

  const send = (to: ValidatorId, message: PeerMessage, bytes = encodeMessage(message)): void => {
    const peer = peerOfValidator.get(to)
    if (peer !== undefined) lanes.send(peer, LANE_OF[message.type], bytes)
  }

  const announcer = createAnnouncer(mesh, self)
  const form = createProposalForm()
  const driver = createDriver(engine, {
    clock: options.clock, safety, blocks, send,
    broadcast(message) {
      const whole = once(() => encodeMessage(message))
      if (message.type !== 'proposal') return peers.forEach(({ id }) => send(id, message, whole()))
      const { proposal } = message
      const named = once(() => encodeCompactProposal(proposal))
      for (const { id } of peers) send(id, message, form.mayName(id, proposal.block) ? named() : whole())
    },
    fetch: (from, target, fromHeight) => fetcher.fetch(from, target, fromHeight),
    onCommit(committed) {
      options.onCommit(committed)
      announcer.announce(committed)
    },
    onReport(report) {
      if (report.kind === 'vote-received') blocks.noteVote(report.vote)
      edge.onReport(report)
    },
    onFatal: options.onFatal,
  })

  await serve(mesh, BLOCKS_PROTOCOL, (bytes) => answerBlocks(blocks, bytes))
  await serve(mesh, TRANSACTIONS_PROTOCOL, (bytes, peer) => answerTransactions(blocks, bytes, (blockHash, count) => {
    const by = validatorOfPeer.get(peer.toString())
    if (by !== undefined) form.asked(by, blockHash, count)
  }))
  await serve(mesh, CHAIN_PROTOCOL, (bytes) => answerChain(blocks, bytes))
  const onPeer = (peer: ValidatorId): void => {
    lanes.open(peerOfValidator.get(peer) as PeerId)
    driver.submit({ type: 'peer-connected', peer })
  }
  const onConnect = ({ detail }: CustomEvent<PeerId>): void => {
    const peer = validatorOfPeer.get(detail.toString())
    if (peer !== undefined) onPeer(peer)
  }
  mesh.libp2p.addEventListener('peer:connect', onConnect)
  driver.submit({ type: 'start' })
  // Peers that connected before the core was there.
  for (const { id, peerId } of peers) if (mesh.isConnected(peerId)) onPeer(id)

  return {
    transactionsAvailable: () => driver.submit({ type: 'transactions-available' }),
    nextBlock: () => engine.nextBlock(),
    isLate: () => engine.isLate(options.clock.now()),
    status: () => ({
      ...engine.status(),
      connectedPeers: peers.filter(({ peerId }) => mesh.isConnected(peerId)).length,
      droppedMessages: lanes.dropped(),
      inbound: inbound.status(),
      peers: peers.map(({ id, peerId }) => peerStatusOf(mesh, id, peerId, book.of(id))),
      refusals: mesh.guard.refusals().map(({ peer, ...refusal }) => ({ from: validatorOfPeer.get(peer) ?? null, ...refusal })),
    }),
    async stop() {
      inbound.close()
      driver.stop()
      announcer.close()
      mesh.libp2p.removeEventListener('peer:connect', onConnect)
      lanes.close()
      await mesh.stop()
      safety.close()
      await blocks.close()
    },
  }
}
