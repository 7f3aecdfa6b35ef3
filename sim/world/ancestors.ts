/** What a node answers when a peer asks for the blocks that lead to one: as the product does, final ones by height. */
import type { Block } from '../../domain/block.js'
import type { BlockHash } from '../../domain/ids.js'
import type { SimDisk } from './disk.js'

const MOST_BLOCKS = 64

/** Oldest first, from `fromHeight` on; nothing where the target is not known. */
export function ancestorsOn(disk: SimDisk, target: BlockHash, fromHeight: number): readonly Block[] {
  const isFinal = (block: Block): boolean => disk.final[block.header.height - 1]?.block.hash === block.hash
  const path: Block[] = []
  let block = disk.blocks.get(target) ?? disk.final.find((known) => known.block.hash === target)?.block
  while (block !== undefined && block.header.height >= fromHeight && !isFinal(block)) {
    path.push(block)
    const { parentHash, height } = block.header
    const below: Block | undefined = disk.final[height - 2]?.block
    block = disk.blocks.get(parentHash) ?? (below?.hash === parentHash ? below : undefined)
  }
  const stored = disk.final.slice(Math.max(0, fromHeight - 1), block?.header.height ?? 0).map((known) => known.block)
  return [...stored, ...path.reverse()].slice(0, MOST_BLOCKS)
}
