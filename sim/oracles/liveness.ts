/** After the network heals, everything that honest nodes hold is committed in time, and then silence falls. */
import type { TxId } from '../../domain/ids.js'
import type { SimNode, World } from '../types.js'

/** Honest nodes that run: those who must commit. */
export const livingOf = (world: World): readonly SimNode[] => world.nodes.filter(({ isHonest, isUp }) => isHonest && isUp)

/**
 * Runs until every living node committed each of these transactions; a 'stall' where that takes longer than
 * `baseTimeouts` base timeouts. @returns milliseconds it took, undefined for a stall
 */
export function expectCommitted(world: World, txs: readonly TxId[], baseTimeouts: number): number | undefined {
  const start = world.now()
  const withinMs = baseTimeouts * world.baseTimeoutMs
  const waiting = new Map(livingOf(world).map((node) => [node, { seen: 0, missing: new Set<string>(txs) }]))
  const read = (node: SimNode, progress: { seen: number; readonly missing: Set<string> }): boolean => {
    for (; progress.seen < node.committed.length; progress.seen++) {
      for (const { id } of node.committed[progress.seen]?.block.transactions ?? []) progress.missing.delete(id)
    }
    return progress.missing.size === 0
  }
  const isDone = (): boolean => {
    for (const [node, progress] of waiting) if (!read(node, progress)) return false
    return true
  }
  if (world.runUntil(isDone, withinMs)) return world.now() - start
  const lacking = [...waiting].filter(([node, progress]) => !read(node, progress))
    .map(([node, { missing }]) => `${node.name} (${node.isUp ? `view ${node.engine.status().view}, height ${node.engine.status().committedHeight}` : 'down'}) lacks ${missing.size}`)
  world.violate('stall', `${withinMs} ms after the network healed: ${lacking.join(', ')} of ${txs.length} transactions`)
  return undefined
}

/** Once everything is committed nothing may be left to do: no timer, no message, no block, no view change. */
export function expectSilence(world: World, baseTimeouts: number): void {
  if (world.runUntil(world.isIdle, baseTimeouts * world.baseTimeoutMs)) return
  const views = world.nodes.map((node) => `${node.name} in view ${node.engine.status().view}`)
  world.violate('not-idle', `no transaction waits, but ${baseTimeouts} base timeouts later the network is still at work: ${views.join(', ')}`)
}
