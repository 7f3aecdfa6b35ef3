import { describe, expect, test } from 'vitest'
import { createBlock } from '../../domain/block.js'
import { asHeight, asMillis } from '../../domain/ids.js'
import { genesisRoot } from '../../consensus/node/recover.js'
import type { StoredBlock } from '../../consensus/storage/block-store.js'
import { createTestChain } from '../../eventlog/recorder/testing/chain.js'
import { createTestNetwork } from '../../eventlog/recorder/testing/network.js'
import { SILENT } from '../shared/progress.js'
import { checkChains, type Chain } from './check-chains.js'
import type { Finding } from './finding.js'
import { createVoteBook, judgeVotes } from './vote-book.js'

const network = createTestNetwork()
const chain = createTestChain(network)
for (const skipViews of [0, 0, 2, 0, 0]) chain.add([], { skipViews })
const committed = chain.committed() as readonly StoredBlock[]

const storeOf = (blocks: readonly StoredBlock[], damage: Readonly<Record<number, StoredBlock | undefined>> = {}): Chain['store'] => {
  const at = (height: number): StoredBlock | undefined => (height in damage ? damage[height] : blocks[height - 1])
  return { head: () => at(blocks.length), committedAt: (height) => at(height) }
}
const check = (stores: Readonly<Record<string, Chain['store']>>, isRunning = false): { findings: Map<string, Finding>; votes: Finding } => {
  const book = createVoteBook(network.set)
  const { findings } = checkChains(Object.entries(stores).map(([name, store]) => ({ name, store })), {
    set: network.set, genesisHash: genesisRoot(network.genesis).block.hash, verify: network.verify, book, progress: SILENT, isRunning,
  })
  return { findings: new Map(findings.map((finding) => [finding.check, finding])), votes: judgeVotes(book.summary(), network.set) }
}
const withBlock = (height: number, change: (stored: StoredBlock) => StoredBlock): Readonly<Record<number, StoredBlock>> => ({ [height]: change(committed[height - 1] as StoredBlock) })

describe('chains of validators', () => {
  test('equal whole chains pass, also where a commit certificate commits a descendant', () => {
    const { findings, votes } = check({ a: storeOf(committed), b: storeOf(committed) })
    expect(committed.length).toBeGreaterThan(3)
    expect([...findings.values()].map(({ level }) => level)).toEqual(['ok', 'ok', 'ok'])
    expect(votes).toMatchObject({ level: 'ok' })
  })

  test('a missing height is found', () => {
    const { findings } = check({ a: storeOf(committed), b: storeOf(committed, { 2: undefined }) })
    expect(findings.get('chain a')).toMatchObject({ level: 'ok' })
    expect(findings.get('chain b')).toMatchObject({ level: 'fail', sentence: expect.stringContaining('height 2 is missing') as string })
  })

  test('a head that is missing above other blocks is found', () => {
    expect(check({ a: storeOf(committed, { [committed.length]: undefined }) }).findings.get('chain a')).toMatchObject({ level: 'fail', sentence: expect.stringContaining('the newest block is missing') as string })
  })

  test('a block whose content is not what its header says is found', () => {
    const damage = withBlock(2, (stored) => ({ ...stored, block: { ...stored.block, justify: (committed[3] as StoredBlock).block.justify } }))
    expect(check({ a: storeOf(committed, damage) }).findings.get('chain a')).toMatchObject({ level: 'fail', sentence: expect.stringContaining('height 2 does not match its header') as string })
  })

  test('a certificate with a forged signature is found', () => {
    const damage = withBlock(1, (stored) => ({
      ...stored, certificate: { ...stored.certificate, signatures: stored.certificate.signatures.map((signed, i) => (i === 0 ? { ...signed, signature: new Uint8Array(64) } : signed)) },
    }))
    expect(check({ a: storeOf(committed, damage) }).findings.get('chain a')).toMatchObject({ level: 'fail', sentence: expect.stringContaining('bad-signature') as string })
  })

  test('two blocks at one height are a fork, and the voters of both certificates are named', () => {
    const { header, justify } = (committed[1] as StoredBlock).block
    const other = createBlock({ ...header, justify, transactions: [], timestamp: asMillis(header.timestamp + 1) })
    const parent = (committed[0] as StoredBlock).block
    const damage = withBlock(2, (stored) => ({ ...stored, block: other, certificate: chain.certify(other, parent) }))
    const { findings, votes } = check({ a: storeOf(committed), b: storeOf(committed, damage) })
    expect(findings.get('one chain')).toMatchObject({ level: 'fail', sentence: expect.stringContaining('height 2 is') as string })
    expect(votes).toMatchObject({ level: 'fail', sentence: expect.stringContaining(`voted twice in view ${header.view}`) as string })
  })

  test('a validator that is behind is a warning when it is stopped and nothing to speak of while it runs', () => {
    const stores = { a: storeOf(committed), b: storeOf(committed.slice(0, 2)), c: { head: () => undefined, committedAt: () => undefined } }
    expect(check(stores).findings.get('chain b')).toMatchObject({ level: 'warn' })
    expect(check(stores).findings.get('chain c')).toMatchObject({ level: 'warn' })
    expect(check(stores, true).findings.get('chain b')).toMatchObject({ level: 'ok' })
  })

  test('a store that throws is a finding and not the end of the check', () => {
    const store: Chain['store'] = { head: () => committed.at(-1), committedAt: (height) => { if (height === asHeight(1)) throw new Error('cannot decode'); return committed[height - 1] } }
    expect(check({ a: store, b: storeOf(committed) }).findings.get('chain a')).toMatchObject({ level: 'fail', sentence: expect.stringContaining('height 1 cannot be read') as string })
  })
})
