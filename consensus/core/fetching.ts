/** Asking peers for a block by its hash: one request a block at a time, to one peer after another. */
import { asHeight, type BlockHash, type ValidatorId } from '../../domain/ids.js'
import { heightOf } from './block-tree.js'
import { emit, type Core } from './core-state.js'

/** @param from a peer that should have the block; absent or ourselves: the first other validator */
export function requestBlock(core: Core, target: BlockHash, from: ValidatorId | undefined): void {
  if (core.fetches.has(target) || core.tree.get(target) !== undefined) return
  const peer = from !== undefined && from !== core.config.self ? from : nextPeer(core, core.config.self)
  if (peer !== undefined) ask(core, target, peer, 1)
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
