/** What this machine's SHA-256 does at most: node:crypto alone, one hash after another, over inputs as long as the tree's. */
import { hash } from 'node:crypto'
import { timed, type Cost } from '../stopwatch.js'

/** Hash inputs of one leaf, in bytes: the event, its entry with a prefix, and two hashes with one. */
export type HashSizes = { readonly event: number; readonly entry: number; readonly node: number }

export async function measureSha256(leaves: number, { event, entry, node }: HashSizes): Promise<Cost> {
  const inputs = [event, entry, node].map((size) => new Uint8Array(size).fill(7))
  return timed(leaves, () => {
    for (let i = 0; i < leaves; i++) for (const input of inputs) hash('sha256', input, 'buffer')
  })
}
