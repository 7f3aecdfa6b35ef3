import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { DecodeError } from '../../domain/bytes.js'
import { txOf } from '../../domain/execution/testing/network.js'
import { asHeight, asHex32, asView, type StateRoot, type TxId } from '../../domain/ids.js'
import { REJECT_CODES } from '../../domain/reject-codes.js'
import { findValue } from '../../domain/state/get-value.js'
import { CHAIN_KEY } from '../../domain/execution/state-keys.js'
import { createLoader } from '../../domain/state/nodes.js'
import type { CommittedBlock } from '../core/protocol.js'
import { learn, voteOf } from '../core/testing/forge.js'
import { openBlockStore, type BlockStore } from './block-store.js'
import { decodeReceipts, encodeReceipts } from './receipts-codec.js'
import { buildChain, chainOf } from './testing/chain.js'

const { blocks, initial } = chainOf(9)
for (const { block } of blocks) learn(block)
let folder: string
let store: BlockStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-blocks-'))
  store = openBlockStore(folder)
  store.saveGenesis(initial)
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const reopen = async (): Promise<void> => {
  await store.close()
  store = openBlockStore(folder)
}
const at = (height: number): CommittedBlock => blocks[height - 1] as CommittedBlock
/** Reads a value through the state of `root`: throws where a node is missing. */
const readState = (from: BlockStore, root: StateRoot): unknown => findValue(createLoader(from.nodes), root, CHAIN_KEY)

describe('what was committed', () => {
  test('comes back after a restart: block, receipts, both certificates', async () => {
    store.commit(blocks.slice(0, 4))
    await reopen()
    for (const { block, receipts, certificate, commitCertificate } of blocks.slice(0, 4)) {
      expect(store.committedAt(block.header.height)).toEqual({ block, receipts, certificate, commitCertificate })
      expect(store.blockByHash(block.hash)).toEqual(block)
    }
    expect(store.head()?.block.hash).toBe(at(4).block.hash)
    expect(store.committedAt(asHeight(5))).toBeUndefined()
  })

  test('is told to whoever asks before it is stored, and is not taken for stored', async () => {
    store.commit([at(1)])
    store.hold([at(2), at(3)])
    expect([2, 3].map((height) => store.committedAt(asHeight(height))?.block.hash)).toEqual([at(2), at(3)].map(({ block }) => block.hash))
    expect(store.head()?.block.hash).toBe(at(1).block.hash)
    store.commit([at(2)])
    expect(store.head()?.block.hash).toBe(at(2).block.hash)
    expect(store.committedAt(asHeight(3))?.block.hash).toBe(at(3).block.hash)
    await reopen()
    expect([1, 2, 3].map((height) => store.committedAt(asHeight(height))?.block.hash)).toEqual([at(1).block.hash, at(2).block.hash, undefined])
  })

  test('leaves no gap between certified heights: each certificate names its block and links to the one below', () => {
    for (const block of blocks) store.commit([block])
    for (let height = 2; height <= 9; height++) {
      const [below, stored] = [store.committedAt(asHeight(height - 1)), store.committedAt(asHeight(height))]
      expect(stored?.certificate.data).toMatchObject({ height, blockHash: stored?.block.hash })
      expect(stored?.block.justify).toEqual(below?.certificate)
      expect(stored?.block.header.parentHash).toBe(below?.block.hash)
    }
  })

  test('is all or nothing: a commit that fails in its middle leaves no trace', () => {
    store.commit([at(1)])
    const broken = { ...at(3), receipts: [{ txId: 'not a hash' as TxId, status: 'success' as const }] }
    expect(() => store.commit([at(2), broken])).toThrow()
    expect(store.head()?.block.hash).toBe(at(1).block.hash)
    expect(store.committedAt(asHeight(2))).toBeUndefined()
    expect(store.blockByHash(at(2).block.hash)).toBeUndefined()
    for (const hash of at(2).changes.puts.keys()) if (!at(1).changes.puts.has(hash)) expect(store.nodes.get(hash)).toBeUndefined()
  })

  test('a head whose block is gone is an error, not an empty store', async () => {
    const { open } = await import('lmdb')
    store.commit([at(1)])
    await store.close()
    const raw = open({ path: folder, maxDbs: 16 })
    await raw.openDB({ name: 'blocks', encoding: 'binary' }).remove(1 as never)
    await raw.close()
    store = openBlockStore(folder)
    expect(() => store.head()).toThrow(/names height 1 as its head but does not hold it/)
  })
})

describe('the state', () => {
  test('nodes that no later state needs are removed, the others stay readable', () => {
    store.commit(blocks)
    const removed = new Set(blocks.flatMap(({ changes }) => [...changes.deletes]))
    expect(removed.size).toBeGreaterThan(0)
    const alive = new Set<string>()
    for (const { changes } of blocks) {
      for (const hash of changes.deletes) alive.delete(hash)
      for (const hash of changes.puts.keys()) alive.add(hash)
    }
    for (const hash of removed) if (!alive.has(hash)) expect(store.nodes.get(hash)).toBeUndefined()
    for (const hash of alive) expect(store.nodes.get(hash)).toBeDefined()
    expect(readState(store, at(9).block.header.stateRoot)).toBeDefined()
  })
})

describe('blocks that are not final', () => {
  test('are there again after a restart, parents before children, and leave when a commit settles their height', async () => {
    for (const height of [5, 3, 4]) store.saveBlock(at(height).block)
    const fork = buildChain([[txOf(70)], [], [txOf(71)]]).blocks[2] as CommittedBlock
    store.saveBlock(fork.block)
    await reopen()
    expect(store.uncommitted().map(({ header }) => header.height)).toEqual([3, 3, 4, 5])
    store.commit(blocks.slice(0, 4))
    await reopen()
    expect(store.uncommitted().map(({ hash }) => hash)).toEqual([at(5).block.hash])
    expect(store.blockByHash(fork.block.hash)).toBeUndefined()
  })

  test.each([['zeros', Buffer.alloc(300)], ['half an entry', Buffer.from([0, 0, 1, 0, 9, 9, 9, 9, 1, 2, 3])], ['an entry with a wrong checksum', Buffer.from([0, 0, 0, 1, 9, 9, 9, 9, 7])]])(
    'a tail of %s after a power cut costs no whole block and no start', async (_, tail) => {
      for (const height of [1, 2]) store.saveBlock(at(height).block)
      await store.close()
      appendFileSync(join(folder, 'pending.blocks'), tail)
      store = openBlockStore(folder)
      expect(store.uncommitted().map(({ hash }) => hash)).toEqual([at(1).block.hash, at(2).block.hash])
      store.saveBlock(at(3).block)
      await reopen()
      expect(store.uncommitted()).toHaveLength(3)
    })

  test('saving one twice changes nothing', () => {
    store.saveBlock(at(1).block)
    store.saveBlock(at(1).block)
    expect(store.uncommitted()).toHaveLength(1)
  })
})

describe('received votes', () => {
  test('are stored with the next commit and found after a restart, and very old ones are dropped', async () => {
    const [first, second] = [voteOf(1, at(1).block, { view: asView(1) }), voteOf(2, at(1).block, { view: asView(30_000) })]
    store.noteVote(first)
    store.noteVote(second)
    store.commit([at(1)])
    await reopen()
    expect([...store.receivedVotes()]).toEqual([first, second].map(({ data, voter }) => ({ view: data.view, voter, blockHash: data.blockHash })))
    store.commit([{ ...at(2), block: { ...at(2).block, header: { ...at(2).block.header, view: asView(30_001) } } }])
    expect([...store.receivedVotes()].map(({ view }) => view)).toEqual([30_000])
  })
})

describe('receipts', () => {
  test('come back as they were written, and damaged ones are refused', () => {
    const receipt = fc.record({ txId: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((raw) => asHex32<TxId>(Buffer.from(raw).toString('hex'))), code: fc.option(fc.constantFrom(...REJECT_CODES), { nil: undefined }) })
      .map(({ txId, code }) => (code === undefined ? { txId, status: 'success' as const } : { txId, status: 'failed' as const, code }))
    fc.assert(fc.property(fc.array(receipt, { maxLength: 20 }), (receipts) => { expect(decodeReceipts(encodeReceipts(receipts))).toEqual(receipts) }))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try { decodeReceipts(bytes) } catch (error) { expect(error).toBeInstanceOf(DecodeError) }
    }))
  })
})

test('after kill -9 in the middle of commits the head is a whole state with all below it, ten times', { timeout: 100_000 }, async () => {
  const path = join(folder, 'child')
  const chain = chainOf(60)
  for (let round = 0; round < 10; round++) {
    const acknowledged = await killWhileCommitting(path, 2 + round * 3)
    const child = openBlockStore(path)
    const head = child.head()?.block.header.height ?? 0
    expect(head).toBeGreaterThanOrEqual(acknowledged)
    for (let height = 1; height <= head; height++) expect(child.committedAt(asHeight(height))?.block.hash).toBe(chain.blocks[height - 1]?.block.hash)
    expect(readState(child, (chain.blocks[head - 1]?.block ?? chain.root).header.stateRoot)).toBeDefined()
    for (const block of child.uncommitted()) expect(block.header.height).toBeGreaterThan(head)
    await child.close()
  }
})

/** @returns the last height whose commit had returned in the child before it was killed */
function killWhileCommitting(path: string, afterMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'testing', 'commit-in-a-loop.ts'), path], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs)
      output += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', () => resolve(Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1))))
  })
}
