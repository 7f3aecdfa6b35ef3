/**
 * Blocks that are not final yet, in an append file: a block must be on disk before it is voted for, and appending costs
 * one flush where a database transaction costs several. A torn tail is a block nobody voted for; anything else that is
 * damaged is left out and fetched again from the peers, since each block names its own hash.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { decodeBlock, encodeBlock, type Block } from '../../domain/block.js'
import { ByteReader, ByteWriter, concatBytes } from '../../domain/bytes.js'
import type { BlockHash } from '../../domain/ids.js'
import { openAppendFile, writeAll, type AppendFile } from '../../platform/append-file.js'
import { syncFolder } from '../../platform/sync-folder.js'

export type PendingBlocks = {
  get(hash: BlockHash): Block | undefined
  all(): readonly Block[]
  /** On disk when it returns. */
  add(block: Block): void
  /** Forgets what lies at or below a final height; the final blocks must be on disk elsewhere by now. */
  settle(height: number): void
  close(): void
}

/** The file is written anew, with what is still pending, when it has grown past this. */
const REWRITE_BYTES = 32 * 1024 * 1024
const HEADER_BYTES = 8

/** Reads what waits above `headHeight`. The file is touched only when a block is added, so that others may look. */
export function openPendingBlocks(path: string, headHeight: number): PendingBlocks {
  const stored = existsSync(path) ? readFileSync(path) : new Uint8Array(0)
  const waiting = readBlocks(stored).filter(({ header }) => header.height > headHeight)
  const blocks = new Map<BlockHash, Block>(waiting.map((block) => [block.hash, block]))
  let file: AppendFile | undefined

  return {
    get: (hash) => blocks.get(hash),
    all: () => [...blocks.values()],
    add(block) {
      if (blocks.has(block.hash)) return
      file ??= rewrite(path, [...blocks.values()])
      file.append(encodeEntry(block))
      blocks.set(block.hash, block)
    },
    settle(height) {
      for (const block of blocks.values()) if (block.header.height <= height) blocks.delete(block.hash)
      if (file === undefined || file.sizeBytes <= REWRITE_BYTES) return
      file.close()
      file = rewrite(path, [...blocks.values()])
    },
    close: () => file?.close(),
  }
}

function rewrite(path: string, blocks: readonly Block[]): AppendFile {
  const temporary = `${path}.new`
  const bytes = concatBytes(...blocks.map(encodeEntry))
  const file = openSync(temporary, 'w', 0o600)
  writeAll(file, bytes, 0)
  fsyncSync(file)
  closeSync(file)
  renameSync(temporary, path)
  // Without this a power cut may bring the old file back, and with it lose blocks that were voted for since.
  syncFolder(dirname(path))
  return openAppendFile(path, bytes.length)
}

function encodeEntry(block: Block): Uint8Array {
  const bytes = encodeBlock(block)
  return new ByteWriter(bytes.length + HEADER_BYTES).u32(bytes.length).u32(crc32(bytes)).raw(bytes).finish()
}

/** Everything up to the first entry that is cut short or damaged. */
function readBlocks(file: Uint8Array): readonly Block[] {
  const blocks: Block[] = []
  for (let offset = 0; offset + HEADER_BYTES <= file.length;) {
    const header = new ByteReader(file.subarray(offset, offset + HEADER_BYTES))
    const length = header.u32('length')
    const checksum = header.u32('checksum')
    const bytes = file.subarray(offset + HEADER_BYTES, offset + HEADER_BYTES + length)
    // Zeros are reserve for what comes next; their checksum is zero too.
    if (length === 0 || bytes.length < length || crc32(bytes) !== checksum) break
    blocks.push(decodeBlock(bytes))
    offset += HEADER_BYTES + length
  }
  return blocks
}
