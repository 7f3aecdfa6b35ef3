/** Child process of a test: commits a chain block by block and prints each height once its commit has returned. Argument: path. */
import { writeSync } from 'node:fs'
import { openBlockStore } from '../block-store.js'
import { chainOf } from './chain.js'

const [path] = process.argv.slice(2) as [string]
const store = openBlockStore(path)
const { blocks, initial } = chainOf(60)
const done = store.head()?.block.header.height ?? 0
if (done === 0) store.saveGenesis(initial)
writeSync(1, `${done}\n`)
for (const [i, block] of blocks.slice(done).entries()) {
  // Single blocks and pairs, as commits after a lost view are.
  store.saveBlock(block.block)
  if (i % 3 === 1) continue
  const head = store.head()?.block.header.height ?? 0
  store.commit(blocks.slice(head, block.block.header.height))
  writeSync(1, `${block.block.header.height}\n`)
}
