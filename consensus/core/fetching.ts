/**
 * Asking peers for a block by its hash: one request at a time, to one peer after another. An answer brings everything
 * that leads to its block, so a second request beside it would bring the same blocks again; under load there is a new
 * highest block with every view, and a node far behind would ask for all of them.
 */
import { asHeight, type BlockHash, type ValidatorId } from '../../domain/ids.js'
import { heightOf } from './block-tree.js'
import { emit, type Core } from './core-state.js'

/** @param from a peer that should have the block; absent or ourselves: the first other validator */
export function requestBlock(core: Core, target: BlockHash, from: ValidatorId | undefined): void {
  if (core.fetches.size > 0 || core.tree.get(target) !== undefined) return
  const peer = from !== undefined && from !== core.config.self ? from : nextPeer(core, core.config.self)
  if (peer !== undefined) ask(core, target, peer, 1)
}

/** When a request has ended: the highest certificate may have moved on meanwhile. */
export function requestNewest(core: Core, from: ValidatorId): void {
  const { height, blockHash } = core.record.highQc.data
  if (height > heightOf(core.tree.head)) requestBlock(core, blockHash, from)
}

export function ask(core: Core, target: BlockHash, from: ValidatorId, attempts: number): void {
  core.fetches.set(target, { from, attempts })
  emit(core, { type: 'fetch', from, target, fromHeight: asHeight(heightOf(core.tree.head) + 1) })
}

/** The validator after `after` in genesis order, ourselves left out. */
export function nextPeer(core: Core, after: ValidatorId): ValidatorId | undefined {
  const { validators } = core.config.set
  const start = core.config.set.byId(after)?.index ?? 0
  for (let step = 1; step <= validators.length; step++) {
    const candidate = validators[(start + step) % validators.length]
    if (candidate !== undefined && candidate.id !== core.config.self) return candidate.id
  }
  return undefined
}
