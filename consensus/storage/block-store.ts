/**
 * A validator's blocks and state on LMDB. A commit is one transaction: blocks, certificates, receipts, state nodes and
 * the head move together, fsynced before it returns, so after a crash the head is always a whole state.
 */
import type { Database } from 'lmdb'
import { join } from 'node:path'
import { decodeBlock, encodeBlock, type Block } from '../../domain/block.js'
import { decodeQc, encodeQc, type QuorumCertificate, type Vote } from '../../domain/certificate.js'
import type { StateChanges, StateNodes, TxReceipt } from '../../domain/execution/types.js'
import { foldChanges } from '../../domain/state/fold-changes.js'
import { asHeight, type BlockHash, type Height } from '../../domain/ids.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import { storageErrorFrom, StorageError } from '../../platform/lmdb/storage-error.js'
import { transact } from '../../platform/lmdb/transact.js'
import type { CommittedBlock } from '../core/protocol.js'
import { openPendingBlocks } from './pending-blocks.js'
import { decodeReceipts, encodeReceipts } from './receipts-codec.js'

export type StoredBlock = {
  readonly block: Block
  readonly receipts: readonly TxReceipt[]
  readonly certificate: QuorumCertificate
  readonly commitCertificate: QuorumCertificate
}

export type BlockStore = {
  readonly nodes: StateNodes
  /** Undefined before anything was committed. */
  head(): StoredBlock | undefined
  committedAt(height: Height): StoredBlock | undefined
  blockByHash(hash: BlockHash): Block | undefined
  /** Blocks above the head, by height. */
  uncommitted(): readonly Block[]
  saveBlock(block: Block): void
  saveGenesis(puts: ReadonlyMap<string, Uint8Array>): void
  /** These are final and will be committed later: whoever asks for them is answered already. Not on disk. */
  hold(blocks: readonly CommittedBlock[]): void
  commit(blocks: readonly CommittedBlock[]): void
  /** Remembers a vote that was received, for `doctor` to look for double votes; stored with the next commit. */
  noteVote(vote: Vote): void
  receivedVotes(): Iterable<{ readonly view: number; readonly voter: string; readonly blockHash: string }>
  close(): Promise<void>
}

const HEAD = 'head'
/** Received votes are kept this far back; a bound, since each view brings one from every validator. */
const KEPT_VOTE_VIEWS = 20_000
const DROPPED_VOTES_A_COMMIT = 1000
/** Final blocks lie under their height; those that are not final yet in a file of their own. */
type Tables = {
  blocks: Database<Uint8Array, number>
  heights: Database<number, string>
  certificates: Database<Uint8Array, [number, string]>
  receipts: Database<Uint8Array, number>
  nodes: Database<Uint8Array, string>
  meta: Database<number, string>
  votes: Database<string, [number, string, string]>
}

export function openBlockStore(path: string): BlockStore {
  const root = openLmdb(path, { maxDbs: 16 })
  const binary = (name: string) => root.openDB<Uint8Array, never>({ name, encoding: 'binary' })
  const tables = {
    blocks: binary('blocks'), certificates: binary('certificates'), receipts: binary('receipts'), nodes: binary('nodes'),
    heights: root.openDB<number, string>({ name: 'heights', encoding: 'ordered-binary' }),
    meta: root.openDB<number, string>({ name: 'meta', encoding: 'ordered-binary' }),
    votes: root.openDB<string, [number, string, string]>({ name: 'votes', encoding: 'ordered-binary' }),
  } as unknown as Tables

  const pending = openPendingBlocks(join(path, 'pending.blocks'), tables.meta.get(HEAD) ?? 0)

  const held = new Map<Height, StoredBlock>()

  const committedAt = (height: Height): StoredBlock | undefined => {
    return held.get(height) ?? storedAt(height)
  }
  const storedAt = (height: Height): StoredBlock | undefined => {
    const block = tables.blocks.get(height)
    const receipts = tables.receipts.get(height)
    const certificate = tables.certificates.get([height, 'own'])
    const commitCertificate = tables.certificates.get([height, 'commit'])
    if (block === undefined || receipts === undefined || certificate === undefined || commitCertificate === undefined) return undefined
    return { block: decodeBlock(block), receipts: decodeReceipts(receipts), certificate: decodeQc(certificate), commitCertificate: decodeQc(commitCertificate) }
  }

  /** All of it or nothing, on disk when it returns. Throws StorageError. */
  const write = (change: () => void): void => {
    try {
      transact(root, change)
    } catch (error) {
      throw storageErrorFrom(error, path)
    }
  }

  const unstoredVotes: Vote[] = []
  const storeVotes = (): void => {
    for (const { data, voter } of unstoredVotes) tables.votes.putSync([data.view, voter, data.blockHash], '')
  }

  return {
    nodes: { get: (hash) => tables.nodes.get(hash) },
    head() {
      const height = tables.meta.get(HEAD)
      if (height === undefined) return undefined
      const stored = storedAt(asHeight(height))
      // Taken for an empty store, it would be filled from height 1 under a state that is not there.
      if (stored === undefined) throw new StorageError('CORRUPT', path, `${path} names height ${height} as its head but does not hold it; move this folder away and start again: the blocks come from the other validators`)
      return stored
    },
    committedAt,
    blockByHash(hash) {
      const waiting = pending.get(hash)
      if (waiting !== undefined) return waiting
      const height = tables.heights.get(hash)
      const bytes = height === undefined ? undefined : tables.blocks.get(height)
      return bytes === undefined ? undefined : decodeBlock(bytes)
    },
    uncommitted() {
      const head = tables.meta.get(HEAD) ?? 0
      return pending.all()
        .filter((block) => block.header.height > head)
        .sort((a, b) => a.header.height - b.header.height || a.header.view - b.header.view)
    },
    saveBlock(block) {
      try {
        pending.add(block)
      } catch (error) {
        throw storageErrorFrom(error, path)
      }
    },
    saveGenesis(puts) {
      write(() => {
        for (const [hash, bytes] of puts) tables.nodes.putSync(hash, bytes)
      })
    },
    hold(blocks) {
      for (const committed of blocks) held.set(committed.block.header.height, committed)
    },
    commit(blocks) {
      const last = blocks.at(-1)
      if (last === undefined) return
      write(() => {
        for (const committed of blocks) putCommitted(tables, committed)
        putState(tables, foldChanges(blocks.map(({ changes }) => changes)))
        tables.meta.putSync(HEAD, last.block.header.height)
        storeVotes()
        dropOldVotes(tables, last.block.header.view - KEPT_VOTE_VIEWS)
      })
      unstoredVotes.length = 0
      for (const { block } of blocks) held.delete(block.header.height)
      pending.settle(last.block.header.height)
    },
    noteVote: (vote) => void unstoredVotes.push(vote),
    *receivedVotes() {
      for (const key of tables.votes.getKeys()) yield { view: key[0], voter: key[1], blockHash: key[2] }
    },
    async close() {
      pending.close()
      if (unstoredVotes.length > 0) write(storeVotes)
      await root.close()
    },
  }
}

function putCommitted(tables: Tables, { block, receipts, certificate, commitCertificate }: CommittedBlock): void {
  const { height } = block.header
  tables.blocks.putSync(height, encodeBlock(block))
  tables.heights.putSync(block.hash, height)
  tables.receipts.putSync(height, encodeReceipts(receipts))
  tables.certificates.putSync([height, 'own'], encodeQc(certificate))
  tables.certificates.putSync([height, 'commit'], encodeQc(commitCertificate))
}

function putState(tables: Tables, { puts, deletes }: StateChanges): void {
  for (const hash of deletes) tables.nodes.removeSync(hash)
  for (const [hash, bytes] of puts) tables.nodes.putSync(hash, bytes)
}

function dropOldVotes(tables: Tables, oldestView: number): void {
  if (oldestView <= 0) return
  for (const key of [...tables.votes.getKeys({ end: [oldestView, '', ''], limit: DROPPED_VOTES_A_COMMIT })]) tables.votes.removeSync(key)
}
