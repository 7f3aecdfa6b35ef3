import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createBlock, genesisBlock, genesisQc } from '../block.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '../bytes.js'
import { createTransaction, type Transaction } from '../transaction.js'
import { validatorIdOf } from '../genesis.js'
import { asEpoch, asHeight, asMillis, asView, type ChainId, type Hex32, type StateRoot } from '../ids.js'
import { draftOf, messageOf } from '../execution/testing/network.js'
import { legacyHeaderHash } from './header-hash.js'
import { legacyStateRoot, type LegacyEntry } from './state-merkle.js'
import { legacyContentHash, legacyDbTxHash, legacyTxHash, legacyTxRoot, legacyTxSignBytes, type LegacyTx } from './transaction-hash.js'

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../test/fixtures/vectors/${name}`, import.meta.url), 'utf8'))
const vectors = read('original-state.json')
const messages = read('original-messages.json')
const producerId = hexToBytes(messages.anomaly.pubkey)
const tsSeconds: number = messages.anomaly.ts

const txOf = ({ payload, nonce }: { payload: string; nonce: string }): LegacyTx => {
  const bytes = utf8ToBytes(payload)
  return { domain: 'APP_EVENT_V1', tsSeconds, producerId, nonce: hexToBytes(nonce), payload: bytes, contentHash: legacyContentHash(bytes) }
}
const [tx1, tx2] = [txOf(vectors.tx1), txOf(vectors.tx2)]

describe("the original's hashes", () => {
  test('state roots of zero to five keys', () => {
    expect(bytesToHex(legacyStateRoot([]))).toBe(vectors.empty_root)
    const entries: LegacyEntry[] = []
    for (let n = 0; n < 5; n++) {
      entries.unshift({ key: utf8ToBytes(`k${n}`), value: utf8ToBytes(`v${n}`) })
      expect(bytesToHex(legacyStateRoot(entries))).toBe(vectors[`root_k0..k${n}`])
    }
  })

  test('transactions: content hash, sign bytes, database hash, canonical hash, root', () => {
    for (const [tx, golden, canonical] of [[tx1, vectors.tx1, vectors.tx1_canonical_hash], [tx2, vectors.tx2, vectors.tx2_canonical_hash]] as const) {
      expect(bytesToHex(tx.contentHash)).toBe(golden.content_hash)
      expect(bytesToHex(legacyTxSignBytes(tx))).toBe(golden.sign_bytes_APP_EVENT_V1)
      expect(legacyDbTxHash(tx)).toBe(golden.db_tx_hash)
      expect(legacyTxHash(tx)).toBe(canonical)
    }
    expect(legacyTxRoot([tx1, tx2])).toBe(vectors.tx_root)
  })

  test('validator id and block header', () => {
    expect(validatorIdOf(producerId)).toBe(vectors.validator_id)
    expect(legacyHeaderHash({
      height: 1, parentHash: '00'.repeat(32), txRoot: vectors.tx_root, stateRootHint: vectors.empty_root, proposer: vectors.validator_id, timestampSeconds: tsSeconds,
    })).toBe(vectors.block_hash)
  })

  test('the state after its first block', () => {
    const u64 = (value: number) => hexToBytes(value.toString(16).padStart(16, '0'))
    const key = (prefix: string, ...rest: Uint8Array[]) => concatBytes(utf8ToBytes(prefix), ...rest)
    const entries = [tx1, tx2].flatMap((tx) => [
      { key: key('evt:', tx.contentHash), value: tx.payload },
      { key: key('nonce:', producerId, tx.nonce), value: tx.contentHash },
    ])
    entries.push({ key: key('prod:last:', producerId), value: u64(tsSeconds) }, { key: key('prod:cnt:', producerId), value: u64(2) })
    expect(bytesToHex(legacyStateRoot(entries))).toBe(vectors.apply_state_root)
  })
})

describe('malleability: a block hash that does not bind its transactions', () => {
  const chainId = 'ab'.repeat(32) as ChainId
  const parent = genesisBlock(chainId, '00'.repeat(32) as StateRoot)
  const ourHash = (transactions: readonly Transaction[]): string => createBlock({
    chainId, epoch: asEpoch(0), view: asView(1), height: asHeight(1), parentHash: parent.hash, receiptsRoot: '00'.repeat(32) as Hex32,
    stateRoot: '00'.repeat(32) as StateRoot, proposer: validatorIdOf(producerId), timestamp: asMillis(tsSeconds * 1000), failedLeaders: [], justify: genesisQc(parent), transactions,
  }).hash
  const theirHash = (transactions: readonly LegacyTx[]): string => legacyHeaderHash({
    height: 1, parentHash: '00'.repeat(32), txRoot: legacyTxRoot(transactions), stateRootHint: vectors.empty_root, proposer: vectors.validator_id, timestampSeconds: tsSeconds,
  })
  const transaction = (n: number, nonce = draftOf(n).nonce) => createTransaction('event', messageOf(n, { nonce }))

  test("swapping transactions or changing a nonce or a time leaves the original's block hash as it was", () => {
    expect(theirHash([tx2, tx1])).toBe(vectors.block_hash)
    expect(theirHash([{ ...tx1, nonce: new Uint8Array(16), tsSeconds: tsSeconds + 9 }, tx2])).toBe(vectors.block_hash)
    expect(vectors.malleability).toMatchObject({ same_block_hash: true, state_root_differs: true })
  })

  test('the same changes, and any changed byte, change our block hash', () => {
    const [a, b] = [transaction(1), transaction(2)]
    const hash = ourHash([a, b])
    expect(ourHash([b, a])).not.toBe(hash)
    expect(ourHash([transaction(1, new Uint8Array(16).fill(3)), b])).not.toBe(hash)
    expect(ourHash([a])).not.toBe(hash)
    expect(ourHash([a, b, b])).not.toBe(hash)
    for (let at = 0; at < a.bytes.length; at += 7) {
      const bytes = a.bytes.slice()
      bytes[at]! ^= 1
      expect(ourHash([createTransaction('event', bytes), b])).not.toBe(hash)
    }
    expect(ourHash([{ ...a, kind: 'policy' }, b])).not.toBe(hash)
  })
})
