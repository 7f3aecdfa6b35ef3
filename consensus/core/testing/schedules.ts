/**
 * Message schedules that fork a network in which one rule is missing. Each says message by message who hears what;
 * under the full rules the same schedule ends in agreement. Node numbers are positions; view v is led by v mod n.
 */
import { asMillis } from '../../../domain/ids.js'
import type { PeerMessage } from '../messages.js'
import { createCluster, txOf, type Cluster, type Node } from './cluster.js'
import { blockOn, learn, proposalOf, root, timeoutOf, voteOf } from './forge.js'

export type Schedule = (options: { readonly memory: 'kept' | 'lost' }) => Cluster

export const viewOfMessage = (message: PeerMessage): number => {
  switch (message.type) {
    case 'vote': return message.vote.data.view
    case 'timeout': return message.timeout.view
    case 'timeout-certificate': return message.tc.view
    case 'proposal': return message.proposal.block.header.view
    case 'sync-info': return message.info.highQc.data.view
  }
}
const at = (cluster: Cluster, i: number): Node => cluster.nodes[i] as Node
const giveTx = (cluster: Cluster, n: number): void => cluster.nodes.forEach((node) => { if (node.isUp) node.submitTx(txOf(n)) })
const lastVoted = (node: Node): number => node.records.at(-1)?.lastVotedView ?? 0
/** The same block height committed as two different blocks by two nodes. */
export const isForked = (cluster: Cluster): boolean => cluster.nodes.some((a) => cluster.nodes.some((b) =>
  a.committed.some(({ block }, i) => b.committed[i] !== undefined && b.committed[i]?.block.hash !== block.hash)))
export function heal(cluster: Cluster): Cluster {
  cluster.filter = () => true
  for (const node of cluster.nodes) if (node.isUp) node.restart()
  cluster.run(60_000)
  return cluster
}

/**
 * The predecessor's fork: n = 4, nobody lies. View 1 certifies B, seen by node 3 only; view 2 certifies C beside B, seen
 * by node 2 only; view 3 certifies B' on B, seen by node 3 only. By heights that commits B. Views 4 and 5 extend C.
 */
export const nonConsecutiveViews: Schedule = () => {
  const cluster = createCluster(4)
  const among = (...members: number[]) => (from: number, to: number): boolean => members.includes(from) && members.includes(to)
  cluster.filter = (sender, receiver, message) => {
    const [from, to, view] = [cluster.nodes.indexOf(sender), cluster.nodes.indexOf(receiver), viewOfMessage(message)]
    if (message.type === 'sync-info') return false
    const kind = message.type === 'timeout-certificate' ? 'timeout' : message.type
    switch (`${kind} ${view}`) {
      case 'proposal 1': return true
      case 'vote 1': return to === 3
      case 'timeout 1': return among(0, 1, 2)(from, to)
      case 'proposal 2': return among(0, 1, 2)(from, to)
      case 'vote 2': return to === 2
      case 'timeout 2': return among(0, 1, 3)(from, to)
      case 'proposal 3': return among(0, 1, 3)(from, to)
      case 'vote 3': return to === 3
      // Node 2 shows what it knows only when the others have voted in view 3.
      case 'timeout 3': return among(0, 1, 2)(from, to) && lastVoted(at(cluster, 0)) >= 3 && lastVoted(at(cluster, 1)) >= 3
      default: return among(0, 1, 2)(from, to)
    }
  }
  giveTx(cluster, 1)
  cluster.run(30_000)
  return cluster
}

/** One liar of five votes for everything everywhere, between two halves that do not hear each other. */
export const liarBetweenHalves: Schedule = () => {
  const cluster = createCluster(5)
  const LIAR = 1
  at(cluster, LIAR).isUp = false
  const halfOf = (node: Node): number => (cluster.nodes.indexOf(node) < 3 ? 0 : 1)
  cluster.filter = (from, to) => halfOf(from) === halfOf(to)
  const halves = [[at(cluster, 0), at(cluster, 2)], [at(cluster, 3), at(cluster, 4)]]
  const say = (half: readonly Node[], message: PeerMessage): void => half.forEach((node) => cluster.deliver(node, at(cluster, LIAR).id, message))
  giveTx(cluster, 9)
  halves.forEach((half, i) => {
    const block = blockOn(root, 1, { transactions: [txOf(i + 1)] })
    say(half, { type: 'proposal', proposal: proposalOf(block) })
    say(half, { type: 'vote', vote: voteOf(LIAR, block) })
  })
  const seen = new Set<PeerMessage>()
  for (let step = 0; step < 60; step++) {
    cluster.run(200)
    for (const half of halves) for (const node of half) for (const message of node.sent) {
      if (seen.has(message)) continue
      seen.add(message)
      if (message.type === 'proposal') learn(message.proposal.block)
      if (message.type === 'proposal') say(half, { type: 'vote', vote: voteOf(LIAR, message.proposal.block) })
      if (message.type === 'timeout') say(half, { type: 'timeout', timeout: timeoutOf(LIAR, message.timeout.view, message.timeout.highQc, message.timeout.lastTc) })
    }
  }
  return cluster
}

/** Node 2 alone sees the certificate that commits; then the other three lose power and come back without it. */
export const powerCycleAfterCommit: Schedule = ({ memory }) => {
  const cluster = createCluster(4)
  cluster.filter = (_, receiver, message) => !(message.type === 'vote' && viewOfMessage(message) === 2 && receiver !== at(cluster, 2))
  giveTx(cluster, 1)
  cluster.run(100)
  if (at(cluster, 2).committed.length !== 1 || at(cluster, 0).committed.length !== 0) throw new Error('only node 2 should have committed')
  const isCut = (node: Node): boolean => node === at(cluster, 2)
  cluster.filter = (from, to) => isCut(from) === isCut(to)
  for (const node of cluster.nodes) if (!isCut(node)) node.restart(memory)
  cluster.run(30_000)
  return cluster
}

/** Nodes 0 and 1 give up view 2 and are then shown a proposal for it: with their votes node 2 alone commits. */
export const voteAfterTimeout: Schedule = () => {
  const cluster = createCluster(4)
  const late: { second?: PeerMessage; third?: PeerMessage } = {}
  cluster.filter = (sender, receiver, message) => {
    const [from, to, view] = [cluster.nodes.indexOf(sender), cluster.nodes.indexOf(receiver), viewOfMessage(message)]
    if (message.type === 'sync-info') return false
    if (message.type === 'vote' && view <= 2) return to === 2
    if (message.type === 'proposal' && view === 1) return true
    if (from === 2 || to === 2) {
      if (message.type === 'proposal' && view === 2) late.second = message
      return false
    }
    if (message.type === 'proposal' && view === 3) {
      late.third = message
      return false
    }
    if (message.type === 'timeout' && view === 2) return to === 3
    return !(message.type === 'timeout-certificate' && view === 2)
  }
  giveTx(cluster, 1)
  for (let step = 0; step < 100 && late.third === undefined; step++) cluster.run(100)
  const [second, third] = [late.second, late.third]
  if (second === undefined || third === undefined) throw new Error('views 2 and 3 were not proposed')
  for (const i of [0, 1]) cluster.deliver(at(cluster, i), at(cluster, 2).id, second)
  cluster.run(50)
  for (const i of [0, 1]) cluster.deliver(at(cluster, i), at(cluster, 3).id, third)
  cluster.run(30_000)
  return cluster
}

/** Node 2 alone commits B; liar 3 then leads view 3 with a valid timeout certificate and a parent below B. */
export const staleLeader: Schedule = () => {
  const cluster = createCluster(5)
  const LIAR = 3
  at(cluster, LIAR).isUp = false
  const honest = [0, 1, 4].map((i) => at(cluster, i))
  const isCut = (node: Node): boolean => node === at(cluster, 2)
  const say = (message: PeerMessage): void => honest.forEach((node) => cluster.deliver(node, at(cluster, LIAR).id, message))
  let isProposed = false
  cluster.filter = (from, to, message) => {
    if (viewOfMessage(message) === 2 && message.type === 'vote') return isCut(to)
    return viewOfMessage(message) < 2 || (message.type === 'proposal' && viewOfMessage(message) === 2) || isCut(from) === isCut(to)
  }
  giveTx(cluster, 1)
  const seen = new Set<PeerMessage>()
  for (let step = 0; step < 100; step++) {
    cluster.run(100)
    for (const node of honest) for (const message of node.sent) {
      if (seen.has(message)) continue
      seen.add(message)
      if (message.type === 'timeout') say({ type: 'timeout', timeout: timeoutOf(LIAR, message.timeout.view, message.timeout.highQc, message.timeout.lastTc) })
      if (message.type === 'proposal') learn(message.proposal.block)
      if (message.type === 'proposal' && viewOfMessage(message) > 3) say({ type: 'vote', vote: voteOf(LIAR, message.proposal.block) })
      if (message.type === 'timeout-certificate' && message.tc.view === 2 && !isProposed) {
        isProposed = true
        const stale = blockOn(root, 3, { transactions: [txOf(1)], timestamp: asMillis(cluster.now()) })
        say({ type: 'proposal', proposal: proposalOf(stale, message.tc) })
        say({ type: 'vote', vote: voteOf(LIAR, stale) })
      }
    }
  }
  if (!isProposed) throw new Error('view 2 was not given up')
  return cluster
}
