/**
 * One validator's disk. The safety record is kept as the real bytes and read back by the real code; only what a write
 * finished survives a crash. Open blocks are durable when saved; final blocks and state move together, as in the
 * block store.
 */
import type { Block } from '../../domain/block.js'
import type { BlockHash, Height } from '../../domain/ids.js'
import type { StoredBlock } from '../../consensus/storage/block-store.js'
import { encodeEntry, isFor, type SafetyIdentity } from '../../consensus/storage/safety-record/format.js'
import { readSafetyBytes, SafetyRecordError } from '../../consensus/storage/safety-record/read.js'
import type { CommittedBlock } from '../../consensus/core/protocol.js'
import type { SafetyRecord } from '../../consensus/core/safety-rules.js'

/** The disk refused a write: full, or broken. */
export class DiskRefused extends Error {
  constructor(readonly code: 'ENOSPC' | 'EIO') {
    super(`the disk refused a write: ${code}`)
    this.name = 'DiskRefused'
  }
}

export type SimDisk = {
  readonly nodes: Map<string, Uint8Array>
  readonly blocks: Map<BlockHash, Block>
  /** Final blocks by height, from 1. */
  readonly final: CommittedBlock[]
  /** The next write of any kind is refused with this. */
  refuses: 'ENOSPC' | 'EIO' | undefined
  head(): StoredBlock | undefined
  uncommitted(): readonly Block[]
  saveGenesis(puts: ReadonlyMap<string, Uint8Array>): void
  saveBlock(block: Block): void
  /** @param writtenShare below 1: the power goes when this share of the bytes is on disk */
  saveSafety(record: SafetyRecord, writtenShare?: number): void
  commit(blocks: readonly CommittedBlock[]): void
  /** Reads the newest safety record as a starting validator does. Throws SafetyRecordError. */
  readSafety(): SafetyRecord
  /** The safety file itself, for those who damage it; undefined when it is missing. */
  safetyFile: Uint8Array | undefined
  /** Where each entry of the safety file starts. */
  readonly entryOffsets: readonly number[]
  /** A first record again, as if the key had never signed. */
  forget(): void
}

/** The file is started anew with its newest record past this size, as the real one is at another. */
const ROTATE_BYTES = 256 * 1024

export function createDisk(identity: SafetyIdentity, first: SafetyRecord): SimDisk {
  let sequence = 0
  let newest = first
  let file: Uint8Array | undefined = new Uint8Array(4096)
  let length = 0
  let offsets: number[] = []

  const append = (bytes: Uint8Array, share: number): void => {
    const whole = file ?? new Uint8Array(4096)
    file = whole.length >= length + bytes.length ? whole : grow(whole, length + bytes.length)
    const part = bytes.subarray(0, Math.floor(bytes.length * share))
    file.set(part, length)
    if (share < 1) {
      length += part.length
      return
    }
    offsets.push(length)
    length += bytes.length
  }
  const start = (record: SafetyRecord): void => {
    file = new Uint8Array(4096)
    length = 0
    offsets = []
    append(encodeEntry(sequence, identity, record), 1)
    newest = record
  }
  const refuseIfBroken = (): void => {
    if (disk.refuses !== undefined) throw new DiskRefused(disk.refuses)
  }

  const disk: SimDisk = {
    nodes: new Map(), blocks: new Map(), final: [], refuses: undefined,
    head: () => disk.final.at(-1),
    uncommitted() {
      const head = (disk.final.at(-1)?.block.header.height ?? 0) as Height
      return [...disk.blocks.values()]
        .filter(({ header }) => header.height > head)
        .sort((a, b) => a.header.height - b.header.height || a.header.view - b.header.view)
    },
    saveGenesis(puts) {
      for (const [hash, bytes] of puts) disk.nodes.set(hash, bytes)
    },
    saveBlock(block) {
      refuseIfBroken()
      disk.blocks.set(block.hash, block)
    },
    saveSafety(record, writtenShare = 1) {
      refuseIfBroken()
      if (length > ROTATE_BYTES) start(newest)
      append(encodeEntry(sequence + 1, identity, record), writtenShare)
      if (writtenShare < 1) return
      sequence += 1
      newest = record
    },
    commit(blocks) {
      refuseIfBroken()
      for (const committed of blocks) {
        for (const hash of committed.changes.deletes) disk.nodes.delete(hash)
        for (const [hash, bytes] of committed.changes.puts) disk.nodes.set(hash, bytes)
        disk.final.push(committed)
      }
      const head = blocks.at(-1)?.block.header.height ?? 0
      for (const block of disk.blocks.values()) if (block.header.height <= head) disk.blocks.delete(block.hash)
    },
    readSafety() {
      if (file === undefined) throw new SafetyRecordError('MISSING', 'the safety record is missing but its key exists')
      const { entries, soundBytes } = readSafetyBytes(file.subarray(0, length), 'safety.record')
      const last = entries.at(-1)
      if (last === undefined) throw new SafetyRecordError('EMPTY', 'the safety record holds no whole entry')
      if (!entries.every((entry) => isFor(entry, identity))) throw new SafetyRecordError('OTHER_IDENTITY', 'the safety record belongs to another key or chain')
      // The rest of a write that was cut short is written over.
      file.fill(0, soundBytes)
      length = soundBytes
      offsets = offsets.filter((offset) => offset < soundBytes)
      sequence = last.sequence
      newest = last.record
      return newest
    },
    get safetyFile() {
      return file?.subarray(0, length)
    },
    set safetyFile(bytes) {
      file = bytes === undefined ? undefined : Uint8Array.from(bytes)
      length = bytes?.length ?? 0
    },
    get entryOffsets() {
      return offsets
    },
    forget() {
      sequence = 0
      disk.blocks.clear()
      start(first)
    },
  }
  start(first)
  return disk
}

function grow(bytes: Uint8Array, least: number): Uint8Array {
  const grown = new Uint8Array(Math.max(least, 2 * bytes.length))
  grown.set(bytes)
  return grown
}
