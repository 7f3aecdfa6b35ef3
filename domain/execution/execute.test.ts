import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asMillis } from '../ids.js'
import { getValue } from '../state/get-value.js'
import { EMPTY_STATE, loadNode, StateNodeError } from '../state/nodes.js'
import { createTransaction } from '../transaction.js'
import { createGenesis } from '../genesis.js'
import { genesisState } from './execute.js'
import { producerReputation } from '../reputation/producer.js'
import { failuresOf } from './producer-failures.js'
import { readLeaders } from './read-leaders.js'
import { anomalyKey, decodeAnomalyRecord, decodeProducerRecord, failuresKey, LEADERS_KEY, nonceKey, producerKey } from './state-keys.js'
import { BLOCK_SECONDS, BLOCK_TIME, createChain, draftOf, genesis, genesisBody, messageOf, signerOf, txOf } from './testing/network.js'
import { bytesToHex } from '../bytes.js'
import type { ProducerId } from '../ids.js'
import type { ExecutionResult } from './types.js'

const outcomes = (result: ExecutionResult): string[] => result.receipts.map((receipt) => (receipt.status === 'success' ? 'ok' : receipt.code))
const p0 = bytesToHex(signerOf('p0').publicKey) as ProducerId
const later = (seconds: number) => asMillis(BLOCK_TIME + seconds * 1000)

/** All that is stored but the standings of leaders, which count blocks. */
const leavesOf = ({ nodes }: ReturnType<typeof createChain>): ReadonlyMap<string, string> => new Map([...nodes.keys()].flatMap((hash): [string, string][] => {
  const node = loadNode(nodes, hash)
  return node?.kind === 'leaf' && node.key !== LEADERS_KEY ? [[node.key, bytesToHex(node.value)]] : []
}).sort())

describe('executing a block', () => {
  test('records the anomaly, its nonce and its producer', () => {
    const chain = createChain()
    const result = chain.commit([txOf(1), txOf(2, { tsSeconds: BLOCK_SECONDS - 10 })])
    expect(outcomes(result)).toEqual(['ok', 'ok'])
    const read = (key: string) => getValue(chain.nodes, chain.root, key)
    expect(decodeAnomalyRecord(read(anomalyKey(draftOf(1).id))!).txId).toBe(txOf(1).id)
    expect(decodeProducerRecord(read(producerKey(p0))!)).toEqual({
      count: 2, lastSeconds: BLOCK_SECONDS, oldestNonce: BLOCK_SECONDS - 10, newestNonce: BLOCK_SECONDS,
    })
    expect(read(nonceKey(p0, BLOCK_SECONDS))).toEqual(draftOf(1).nonce)
  })

  test('a poison transaction gets a failure receipt and voids nothing', () => {
    const chain = createChain()
    const poison = [
      createTransaction('event', new Uint8Array(0)), createTransaction('event', Uint8Array.of(0xff, 0xff, 0xff)),
      createTransaction('policy', Uint8Array.of(1)), createTransaction('evidence', Uint8Array.of(2)),
    ]
    const clean = createChain().execute([txOf(1), txOf(2)])
    const mixed = chain.execute([poison[0]!, txOf(1), poison[1]!, poison[2]!, txOf(2), poison[3]!])
    expect(outcomes(mixed)).toEqual(['MALFORMED', 'ok', 'MALFORMED', 'MALFORMED', 'ok', 'MALFORMED'])
    expect(mixed.stateRoot).toBe(clean.stateRoot)
    expect(mixed.changes).toEqual(clean.changes)
    expect(mixed.receiptsRoot).not.toBe(clean.receiptsRoot)
  })

  test('refuses what admission refuses, except the signature, which a vote has already checked', () => {
    const at = (seconds: number) => txOf(9, { tsSeconds: BLOCK_SECONDS + seconds })
    const chain = createChain()
    expect(outcomes(chain.execute([at(301)]))).toEqual(['SKEW'])
    expect(outcomes(chain.execute([at(-301)]))).toEqual(['SKEW'])
    expect(outcomes(chain.execute([at(300)]))).toEqual(['ok'])
    expect(outcomes(chain.execute([txOf(9, {}, 'stranger')]))).toEqual(['UNKNOWN_PRODUCER'])
    expect(outcomes(chain.execute([createTransaction('event', messageOf(9, {}, 'p1', 'v1'))]))).toEqual(['INVALID_SIGNATURE'])
  })

  test('an id seen before is a duplicate, in the same block and in any later one', () => {
    const chain = createChain()
    const again = txOf(2, { id: draftOf(1).id })
    expect(outcomes(chain.commit([txOf(1), again]))).toEqual(['ok', 'DUPLICATE'])
    expect(outcomes(chain.commit([again, txOf(1)]))).toEqual(['DUPLICATE', 'DUPLICATE'])
    const muchLater = txOf(3, { id: draftOf(1).id, tsSeconds: BLOCK_SECONDS + 86_400 })
    expect(outcomes(chain.commit([muchLater], later(86_400)))).toEqual(['DUPLICATE'])
  })

  test('a nonce seen before is a replay for its producer only, and a later block still knows it', () => {
    const chain = createChain()
    const copied = txOf(2, { nonce: draftOf(1).nonce })
    expect(outcomes(chain.commit([txOf(1), copied, txOf(3, { nonce: draftOf(1).nonce }, 'p1')]))).toEqual(['ok', 'REPLAY', 'ok'])
    expect(outcomes(chain.commit([copied], later(300)))).toEqual(['REPLAY'])
  })

  test('a nonce is remembered for as long as its message could still be accepted, then forgotten', () => {
    const chain = createChain()
    chain.commit([txOf(1)])
    // The producer goes on until just before the group leaves the window: nothing forgotten.
    chain.commit([txOf(2, { tsSeconds: BLOCK_SECONDS + 600 })], later(600))
    expect(getValue(chain.nodes, chain.root, nonceKey(p0, BLOCK_SECONDS))).toBeDefined()
    chain.commit([txOf(3, { tsSeconds: BLOCK_SECONDS + 601 })], later(601))
    expect(getValue(chain.nodes, chain.root, nonceKey(p0, BLOCK_SECONDS))).toBeUndefined()
    expect(outcomes(chain.execute([txOf(4, { nonce: draftOf(1).nonce })], later(601)))).toEqual(['SKEW'])
  })

  test('the nonce groups a producer holds stay within its window however long it runs', () => {
    const chain = createChain()
    const sizes: number[] = []
    for (let step = 0; step < 40; step++) {
      const seconds = step * 97
      chain.commit([txOf(step, { tsSeconds: BLOCK_SECONDS + seconds })], later(seconds))
      const groups = [...chain.nodes.keys()].filter((hash) => {
        const node = loadNode(chain.nodes, hash)
        return node?.kind === 'leaf' && node.key.startsWith('nonce/')
      }).length
      sizes.push(groups)
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.ceil(600 / 97) + 1)
  })

  test('an empty or failed block changes the standings of leaders and nothing else, at any height and time', () => {
    const chain = createChain()
    chain.commit([txOf(1)])
    const before = leavesOf(chain)
    const roots = [[], [createTransaction('event', Uint8Array.of(1))]].map((transactions) => chain.execute(transactions, later(5)).stateRoot)
    expect(new Set(roots).size).toBe(1)
    expect(chain.execute([]).stateRoot).toBe(roots[0])
    chain.commit([], later(5))
    expect(leavesOf(chain)).toEqual(before)
    expect(readLeaders(chain.nodes, chain.root, 5).standings.map(({ proposals }) => proposals)).toEqual([0, 1, 1, 0, 0])
  })

  test('what was refused is counted for its producer by code, and for nobody where no listed producer is named', () => {
    const chain = createChain()
    chain.commit([txOf(1), txOf(1), txOf(1, { tsSeconds: BLOCK_SECONDS + 301 }), txOf(2, { nonce: draftOf(1).nonce }), txOf(3, {}, 'stranger'), createTransaction('event', Uint8Array.of(1))])
    chain.commit([txOf(1)])
    const state = { get: (key: string) => getValue(chain.nodes, chain.root, key) }
    expect(failuresOf(state, p0)).toEqual({ DUPLICATE: 2, SKEW: 1, REPLAY: 1 })
    expect([...leavesOf(chain).keys()].filter((key) => key.startsWith('producer-failures/'))).toEqual([failuresKey(p0)])
    expect(producerReputation({ committed: 1, refused: failuresOf(state, p0) })).toBe(100)
  })

  test('the same block from the same parent gives the same bytes', () => {
    const chain = createChain()
    const txs = [txOf(1), txOf(2), txOf(1)]
    const [one, two] = [chain.execute(txs), chain.execute(txs)]
    expect([...one.changes.puts]).toEqual([...two.changes.puts])
    expect(two).toEqual(one)
  })

  test('the order in which a store holds its nodes, and how it finds them, has no effect', () => {
    fc.assert(fc.property(
      fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }), fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }),
      (first, second) => {
        const chain = createChain()
        chain.commit(first.map((n) => txOf(n)))
        const shuffled = [...chain.nodes].reverse()
        const linear = { get: (hash: string) => shuffled.find(([key]) => key === hash)?.[1]?.slice() }
        const block = second.map((n) => txOf(n, { tsSeconds: BLOCK_SECONDS + n }))
        expect(chain.execute(block, BLOCK_TIME, linear)).toEqual(chain.execute(block))
      },
    ), { numRuns: 40 })
  })

  test('the order of the genesis lists and of unrelated transactions has no effect on the state', () => {
    const one = createChain()
    const txs = [txOf(1), txOf(2, {}, 'p1'), txOf(3), txOf(4, {}, 'p1')]
    expect(one.execute(txs).stateRoot).toBe(one.execute([...txs].reverse()).stateRoot)
    expect(one.execute(txs).receiptsRoot).not.toBe(one.execute([...txs].reverse()).receiptsRoot)
  })

  test('one block of all transactions and one block for each reach the same state', () => {
    const txs = [0, 1, 2, 3, 4, 5].map((n) => txOf(n, { tsSeconds: BLOCK_SECONDS - n }))
    const together = createChain()
    const apart = createChain()
    together.commit(txs)
    for (const tx of txs) apart.commit([tx])
    expect(leavesOf(apart)).toEqual(leavesOf(together))
  })

  test("a block's cost grows with the block, not with the state", () => {
    const touched = (stored: number): number => {
      const chain = createChain()
      for (let n = 0; n < stored; n += 500) chain.commit(Array.from({ length: 500 }, (_, i) => cheap(10 + n + i)))
      let reads = 0
      chain.execute([cheap(1), cheap(2)], BLOCK_TIME, { get: (hash) => (reads++, chain.nodes.get(hash)) })
      return reads
    }
    const [small, large] = [touched(500), touched(8_000)]
    // Sixteen times the state: four more levels on each of some ten paths.
    expect(large - small).toBeLessThan(100)
  })

  test('a damaged state database stops execution instead of failing a transaction', () => {
    const chain = createChain()
    chain.commit([txOf(1)])
    expect(() => chain.execute([txOf(2)], BLOCK_TIME, { get: () => undefined })).toThrow(StateNodeError)
    const lying = { get: () => chain.nodes.values().next().value }
    expect(() => chain.execute([txOf(2)], BLOCK_TIME, lying)).toThrow(StateNodeError)
  })

  test('two networks start from different states', () => {
    const other = genesisState(createGenesis({ ...genesisBody, network: 'other' }))
    expect(other.stateRoot).not.toBe(genesisState(genesis).stateRoot)
    expect(genesisState(genesis).stateRoot).not.toBe(EMPTY_STATE)
  })
})

/** Execution never looks at signatures, so a bulk test need not make them; each second has its own nonce group. */
const template = txOf(0)
function cheap(n: number) {
  const bytes = template.bytes.slice()
  const id = new TextEncoder().encode(draftOf(n).id)
  bytes.set(id, 2)
  bytes.set(draftOf(n).nonce, nonceOffset)
  return createTransaction('event', bytes)
}
// Field 11, length 16, stands right before field 12 (signature), length 64.
const nonceOffset = template.bytes.length - (2 + 10) - (2 + 32) - (2 + 64) - 16
