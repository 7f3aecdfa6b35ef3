/** Real cores of n validators, and twins of some, in virtual time on one thread: the same seed gives the same run. */
import type { ExecutionResult } from '../../domain/execution/types.js'
import type { ValidatorId } from '../../domain/ids.js'
import type { ElectLeader } from '../../consensus/core/leader.js'
import { encodeMessage, type PeerMessage } from '../../consensus/core/messages.js'
import { createOracles } from '../oracles/create-oracles.js'
import { startDisasters } from '../faults/disasters.js'
import { createLinks, USUAL_DELAY_MS } from '../faults/links.js'
import type { FaultPlan } from '../faults/plan.js'
import { createRandom } from '../kernel/random.js'
import { createTimeline } from '../kernel/timeline.js'
import type { Counts, SimNode, Violation, ViolationKind, World } from '../types.js'
import { boot, createTransactionCheck } from './boot.js'
import type { Environment } from './environment.js'
import { networkOf, START, transactionOf } from './network-of.js'
import { createNode, type NodeBody } from './node.js'
import { poolOver } from './pool.js'
import { createSimVerifier, signerOf, type SignatureMode } from './signatures.js'
import { createTrace } from './trace.js'

export type WorldOptions = {
  readonly n: number
  readonly seed: number
  /** Validators of whose key a second node runs. */
  readonly twins?: readonly number[]
  readonly signatures?: SignatureMode
  /** Every message goes through its bytes. */
  readonly wire?: boolean
  readonly baseTimeoutMs?: number
  readonly faults?: FaultPlan
  /** Who leads which view, where a script wants to say so. */
  readonly electLeader?: ElectLeader
  /** One validator whose software gets other results than the others. */
  readonly misexecute?: { readonly index: number; readonly change: (result: ExecutionResult) => ExecutionResult }
  /** A node whose view fails shows its waiting transactions to the others, as validators do. */
  readonly gossip?: boolean
  /** Milliseconds from one node to another, instead of the delay of the fault plan. */
  readonly latency?: (from: number, to: number) => number
  /** Liars: put around the cores of these nodes at their first start. */
  readonly liars?: ReadonlyMap<number, (node: SimNode, world: World) => void>
}

/** Longer than any answer takes; a lost one counts as failed then. */
const FETCH_TIMEOUT_MS = 1000
const NO_COUNTS: Counts = {
  messages: 0, bytes: 0, events: 0, crashes: 0, restarts: 0, refusals: 0, halts: 0, commits: 0, emptyBlocks: 0, viewChanges: 0, fetches: 0, transactions: 0,
}

export function createWorld(options: WorldOptions): World {
  const { n, seed, twins = [], signatures = 'fast', wire = false, baseTimeoutMs = 1000, faults = {} } = options
  const random = createRandom(seed)
  const network = networkOf(n)
  const timeline = createTimeline(START)
  const links = createLinks(faults, n, random.fork(2))
  const verify = createSimVerifier()
  const checkTransaction = createTransactionCheck(network, verify)
  const counts: Counts = { ...NO_COUNTS }
  const violations: Violation[] = []
  const nodes: NodeBody[] = []
  const nameOf = (id: string): string => `v${network.set.byId(id as ValidatorId)?.index ?? '?'}`
  const trace = createTrace(nameOf)
  const diskRandom = random.fork(3)
  const violate = (kind: ViolationKind, detail: string): void => void violations.push({ kind, detail, atMs: timeline.now() - START })

  const arrive = (to: NodeBody, from: ValidatorId, message: PeerMessage | Uint8Array, delayMs: number): void => {
    // What is on its way to a process that dies is lost with its connection.
    const { incarnation } = to
    timeline.after(delayMs, () => { if (to.incarnation === incarnation) to.hear(from, message) })
  }
  const put = (from: SimNode, to: NodeBody, message: PeerMessage, spoken: PeerMessage | Uint8Array): void => {
    counts.messages += 1
    const bytes = spoken instanceof Uint8Array ? spoken : wire ? encodeMessage(spoken) : spoken
    if (bytes instanceof Uint8Array) counts.bytes += bytes.length
    if (options.latency !== undefined) return arrive(to, from.id, bytes, options.latency(from.index, to.index))
    for (const delayMs of links.arrivals(from, to, message)) arrive(to, from.id, bytes, delayMs)
  }

  const environment: Environment = {
    network, timeline, counts, violate, nodes, random: random.fork(4), oracles: [],
    signer: (index) => signerOf(`v${index}`, signatures),
    boot: (node, signer) => boot(node.disk, {
      network, self: node.id, signer, verify, checkTransaction, baseTimeoutMs, pool: poolOver(node.pool),
      sharesKey: twins.includes(node.index) || options.liars?.has(node.position) === true,
      ...(options.electLeader === undefined ? {} : { electLeader: options.electLeader }),
      ...(options.misexecute?.index === node.index ? { misexecute: options.misexecute.change } : {}),
    }),
    holdersOf: (id) => nodes.filter((node) => node.id === id),
    transmit(from, to, message) {
      // Nobody has a connection to itself, and a twin is itself to everybody.
      if (to.id === from.id || !to.isUp || !world.filter(from, to, message)) return
      const spoken = from.speak === undefined ? [message] : from.speak(message, to)
      for (const one of spoken) put(from, to as NodeBody, message, one)
    },
    fetch(by, { from, target, fromHeight }, answer) {
      counts.fetches += 1
      const { incarnation } = by as NodeBody
      const reply = (delayMs: number, event: Parameters<typeof answer>[0]): void =>
        timeline.after(delayMs, () => { if ((by as NodeBody).incarnation === incarnation) answer(event) })
      const failed = { type: 'fetch-failed', from, target } as const
      const peer = nodes.find((node) => node.id === from && node.isUp && node !== by && links.isOpen(by, node) && links.isOpen(node, by))
      if (peer === undefined) return reply(FETCH_TIMEOUT_MS, failed)
      const there = links.arrivals(by, peer, undefined)[0]
      const back = links.arrivals(peer, by, undefined)[0]
      if (there === undefined || back === undefined) return reply(FETCH_TIMEOUT_MS, failed)
      const honest = peer.ancestors(target, fromHeight)
      const blocks = peer.answerFetch?.(target, fromHeight, honest) ?? honest
      reply(there + back, blocks.length === 0 ? failed : { type: 'blocks', from, target, blocks })
    },
    onReport(node, report) {
      if (report.kind === 'view-changed' && node.isHonest) counts.viewChanges += 1
      if (report.kind === 'safety-alarm' && node.isHonest) violate('alarm', `${node.name}: ${report.reason}`)
      if (report.kind === 'view-timed-out' && options.gossip === true) gossip(node)
    },
    trace: (node, what) => trace.note(timeline.now(), node.name, what),
    tearsWrites: () => diskRandom.chance(50),
    writtenShare: () => diskRandom.below(100) / 100,
  }

  const gossip = (from: SimNode): void => {
    for (const to of nodes) {
      if (to.id === from.id) continue
      const [delayMs] = links.arrivals(from, to, undefined)
      if (delayMs !== undefined) timeline.after(delayMs, () => hold(to, [...from.pool.values()].map(({ id }) => id)))
    }
  }
  const known = new Map<string, ReturnType<typeof transactionOf>>()
  const minutes = new Map<number, number>()
  /** Names the minute in which it was first asked for. */
  const tx = (k: number): ReturnType<typeof transactionOf> => {
    const minute = minutes.get(k) ?? Math.floor((timeline.now() - START) / 60_000)
    minutes.set(k, minute)
    return transactionOf(k, signatures, minute)
  }
  const hold = (node: NodeBody, ids: readonly string[]): void => {
    for (const id of ids) {
      const tx = known.get(id)
      if (tx !== undefined && !node.settled.has(tx.id)) node.pool.set(tx.id, tx)
    }
    node.submit({ type: 'transactions-available' })
  }

  const world: World = {
    nodes, n, genesis: network.genesis, set: network.set, root: network.root.block, baseTimeoutMs, verify, violations, counts,
    signer: environment.signer,
    now: timeline.now,
    filter: () => true,
    tx,
    submitTx(k, ...to) {
      const tx = world.tx(k)
      known.set(tx.id, tx)
      counts.transactions += 1
      for (const node of to.length > 0 ? to : nodes.filter(({ isUp }) => isUp)) hold(node as NodeBody, [tx.id])
      return tx.id
    },
    run: (ms) => void timeline.run(ms),
    runUntil: (condition, withinMs) => condition() || timeline.run(withinMs, condition),
    crash: (node) => (node as NodeBody).crash(),
    restart(node, disk = 'kept') {
      counts.restarts += 1
      ;(node as NodeBody).start(disk)
      if (!node.isUp) return
      for (const peer of nodes) if (peer.id !== node.id && peer.isUp && links.isOpen(node, peer) && links.isOpen(peer, node)) world.connect(node, peer)
    },
    deliver: (to, from, message) => (to as NodeBody).hear(from, message),
    connect(a, b) {
      for (const [node, peer] of [[a, b], [b, a]] as const) {
        const { incarnation } = node as NodeBody
        timeline.after(0, () => { if ((node as NodeBody).incarnation === incarnation) (node as NodeBody).submit({ type: 'peer-connected', peer: peer.id }) })
      }
    },
    heal() {
      links.heal()
      world.filter = () => true
      for (const node of nodes) {
        node.fuse = undefined
        node.clockSkewMs = 0
        node.disk.refuses = undefined
      }
      disasters.stop()
      for (const node of nodes) if (!node.isUp && node.stopped === undefined) world.restart(node)
      for (const a of nodes) for (const b of nodes) if (a.position < b.position && a.id !== b.id && a.isUp && b.isUp) world.connect(a, b)
    },
    after: (delayMs, run) => timeline.after(delayMs, run, 'aside'),
    isIdle: () => timeline.workLeft() === 0,
    violate,
    trace: trace.lines,
  }

  ;(environment.oracles as unknown[]).push(...createOracles(world))
  for (let position = 0; position < n + twins.length; position++) {
    const node = createNode(environment, position < n ? position : twins[position - n] as number, position)
    nodes.push(node)
  }
  // A key that two nodes use is a liar's key, whichever of them speaks.
  for (const node of nodes) if (twins.includes(node.index)) node.isHonest = false
  for (const [position, lie] of options.liars ?? []) {
    const node = nodes[position] as NodeBody
    node.isHonest = false
    lie(node, world)
  }
  const disasters = startDisasters(world, faults, links, random.fork(5))
  for (const node of nodes) node.start('kept')
  for (const a of nodes) for (const b of nodes) if (a.position < b.position && a.id !== b.id) world.connect(a, b)
  return world
}

export { USUAL_DELAY_MS }
