/** The same network, messages, receipts and blocks in every process that asks: 60 messages, of which 40 are committed. */
import { createTestChain } from './chain.js'
import { at } from './harness.js'
import { ADMITTED, createTestNetwork, NOW, refusedWith } from './network.js'

export const CRASH_EXPECTED = { published: 60, committed: 40, rejected: 20, height: 5 } as const

export function createCrashWorld() {
  const network = createTestNetwork()
  const good = Array.from({ length: 40 }, () => network.message())
  const bad = Array.from({ length: 20 }, () => network.message({ tamper: (message) => ({ ...message, source: 'elsewhere' }) }))
  const messages = [...good, ...bad].map((bytes, i) => ({ origin: at(i), bytes, timestampMs: NOW - 50 }))
  const receipts = network.validators.flatMap((_, validator) => messages.map(({ origin, bytes }, i) =>
    network.receipt(validator, origin, bytes, i < 40 ? ADMITTED : refusedWith('INVALID_SIGNATURE'))))
  const chain = createTestChain(network)
  for (let block = 0; block < 5; block++) chain.add(good.slice(block * 8, block * 8 + 8))
  chain.add([])
  return { network, messages, receipts, blocks: chain.committed() }
}
