/** What scripts say over and over: run on, expect, speak for a liar. Each ends the script once something was found. */
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { SimNode, World } from '../types.js'
import { viewOfMessage } from '../world/view-of-message.js'
import { Found } from './scenario.js'

export const nodeAt = (world: World, position: number): SimNode => world.nodes[position] as SimNode

/** Runs on, for a time or until something holds. @returns whether it held */
export function go(world: World, ms: number, until: () => boolean = () => false): boolean {
  const isHeld = world.runUntil(() => world.violations.length > 0 || until(), ms)
  stopIfFound(world)
  return isHeld
}

export function stopIfFound(world: World): void {
  if (world.violations.length > 0) throw new Found()
}

export function expectThat(world: World, isSo: boolean, otherwise: string): void {
  if (!isSo) world.violate('expectation', otherwise)
  stopIfFound(world)
}

/** Whether a node has committed the k-th transaction. */
export const hasCommitted = (world: World, node: SimNode, k: number): boolean => {
  const { id } = world.tx(k)
  return node.committed.some(({ block }) => block.transactions.some((tx) => tx.id === id))
}

/** All honest nodes that are up. */
export const running = (world: World): readonly SimNode[] => world.nodes.filter(({ isUp, isHonest }) => isUp && isHonest)

export function expectCommits(world: World, nodes: readonly SimNode[], transactions: readonly number[], withinMs: number): void {
  const isDone = (): boolean => nodes.every((node) => transactions.every((k) => hasCommitted(world, node, k)))
  if (go(world, withinMs, isDone)) return
  const late = nodes.filter((node) => !transactions.every((k) => hasCommitted(world, node, k)))
  world.violate('stall', `${late.map(({ name }) => name).join(', ')} did not commit all of ${transactions.join(', ')} within ${withinMs} ms`)
  throw new Found()
}

/** The most views that one node saw lost. */
export const viewChanges = (world: World): number => Math.max(0, ...world.nodes.map((node) => (node.isHonest ? node.reports.filter(({ kind }) => kind === 'view-changed').length : 0)))

export function expectViewChanges(world: World, most: number): void {
  expectThat(world, viewChanges(world) <= most, `${viewChanges(world)} view changes, at most ${most} were needed`)
}

/** Nothing happens any more: no blocks, no view changes, no timers. */
export function expectQuiet(world: World, ms = 20 * world.baseTimeoutMs): void {
  go(world, 2000)
  const before = { height: world.counts.commits, changes: viewChanges(world), messages: world.counts.messages }
  go(world, ms)
  expectThat(world, world.isIdle() && world.counts.commits === before.height && viewChanges(world) === before.changes && world.counts.messages === before.messages,
    `not idle: ${world.counts.commits - before.height} commits, ${viewChanges(world) - before.changes} view changes, ${world.counts.messages - before.messages} messages in ${ms} ms without work`)
}

/** Everything works again, and goes on: a new transaction commits everywhere. */
export function expectHealed(world: World, k: number, withinMs = 30 * world.baseTimeoutMs): void {
  world.heal()
  go(world, 100)
  world.submitTx(k, ...running(world))
  expectCommits(world, running(world), [k], withinMs)
  const heights = new Set(running(world).map(({ committed }) => committed.length))
  go(world, 2000, () => new Set(running(world).map(({ committed }) => committed.length)).size === 1)
  expectThat(world, heights.size >= 1, 'nobody is running')
}

/** Nodes of one group hear each other and nobody else, fetching included. */
export function split(world: World, ...groups: readonly (readonly number[])[]): void {
  const groupOf = (node: SimNode): number => groups.findIndex((group) => group.includes(node.position))
  world.filter = (from, to) => groupOf(from) === groupOf(to) && groupOf(from) !== -1
}

/** Takes a validator out of the world: the script speaks with its key from now on. */
export function takeOver(world: World, position: number): SimNode {
  const node = nodeAt(world, position)
  node.isHonest = false
  world.crash(node)
  return node
}

/** Runs on and shows each new message of these nodes to the script, once. */
export function listen(world: World, nodes: readonly SimNode[], ms: number, react: (message: PeerMessage, from: SimNode) => void, until: () => boolean = () => false): boolean {
  const heard = new Map(nodes.map((node) => [node, 0]))
  return go(world, ms, () => {
    for (const node of nodes) {
      for (let at = heard.get(node) ?? 0; at < node.sent.length; at++) {
        heard.set(node, at + 1)
        react(node.sent[at] as PeerMessage, node)
      }
    }
    return until()
  })
}

export const isOf = (message: PeerMessage, type: PeerMessage['type'], view: number): boolean => message.type === type && viewOfMessage(message) === view
export const lastVoted = (node: SimNode): number => node.records.at(-1)?.lastVotedView ?? 0
