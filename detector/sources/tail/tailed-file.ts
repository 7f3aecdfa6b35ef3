/** One file of lines with flows while it grows: reads on from a place, and knows when that place is no longer there. */
import { open, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { unreadable } from '../errors.js'
import { createLineReader } from '../flow-lines.js'
import type { FlowRecord, Skipped } from '../records.js'
import { isZeekComment } from '../zeek/tsv.js'
import { hashBefore, type FilePosition } from './file-position.js'
import { createLineSplitter, type PlacedLine } from './line-splitter.js'

export type TailedFile = {
  readonly inode: string
  /** When it was written to last, milliseconds. */
  changedMs(): Promise<number>
  /** The next whole lines, if there are any. `cut`: the file was truncated, and what was read is no longer there. */
  read(): Promise<{ readonly items: readonly (FlowRecord | Skipped)[]; readonly atEnd: boolean } | 'cut'>
  /** What stands after the last line break, when nothing more will come. */
  end(): (FlowRecord | Skipped)[]
  position(): Promise<FilePosition>
  close(): Promise<void>
}

const CHUNK_BYTES = 256 * 1024
const MAX_HEADER_BYTES = 64 * 1024

/**
 * @param path where the file is now
 * @param name how it is called: what provenance names, whatever rotation made of it
 */
export async function openTailedFile(path: string, name: string, from?: FilePosition): Promise<TailedFile> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (cause) {
    throw unreadable(path, cause)
  }
  const inode = String((await file.stat({ bigint: true })).ino)
  const splitter = createLineSplitter(from?.offset ?? 0)
  const reader = createLineReader(basename(name))
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  let before = from?.before ?? (await hashBefore(file, 0)) as string
  let beforeAt = splitter.offset
  let headerAt = from?.headerAt
  let wasInHeader = false
  /** At the end nothing says whether the file that grows next is still the same. */
  let atEnd = true
  if (from?.headerAt !== undefined) for (const line of await headerLines(file, from.headerAt, from.offset)) reader.read(line)

  function itemOf({ at, text }: PlacedLine): FlowRecord | Skipped | undefined {
    if (text === 'too-long') return { kind: 'skipped', reason: 'line-too-long', where: `${name} byte ${at}` }
    const isHeader = isZeekComment(text)
    if (isHeader && !wasInHeader) headerAt = at
    wasInHeader = isHeader
    const item = reader.read(text)
    return item?.kind === 'skipped' ? { ...item, where: `${name} byte ${at}` } : item
  }
  const itemsOf = (lines: readonly PlacedLine[]): (FlowRecord | Skipped)[] => lines.map(itemOf).filter((item) => item !== undefined)

  return {
    inode,
    changedMs: async () => Number((await file.stat({ bigint: true })).mtimeNs) / 1e6,
    async read() {
      if (atEnd && (await isCut())) return 'cut'
      let bytesRead: number
      try {
        ({ bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, splitter.readTo))
      } catch (cause) {
        throw unreadable(path, cause)
      }
      atEnd = bytesRead < CHUNK_BYTES
      return { items: itemsOf(splitter.push(buffer.subarray(0, bytesRead))), atEnd }
    },
    end: () => itemsOf(splitter.end()),
    async position() {
      await rememberBefore()
      return { inode, offset: beforeAt, headerAt, before }
    },
    close: () => file.close(),
  }

  async function rememberBefore(): Promise<void> {
    if (beforeAt === splitter.offset) return
    // Cut at this very moment: the older place stays, and the next reading finds out.
    const hash = await hashBefore(file, splitter.offset)
    if (hash === undefined) return
    before = hash
    beforeAt = splitter.offset
  }

  async function isCut(): Promise<boolean> {
    if ((await file.stat()).size < splitter.readTo) return true
    return (await hashBefore(file, beforeAt)) !== before
  }
}

/** A header's lines, which may have been read before the detector was started again. */
async function headerLines(file: FileHandle, from: number, to: number): Promise<string[]> {
  const bytes = Buffer.alloc(Math.min(MAX_HEADER_BYTES, Math.max(0, to - from)))
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
  const lines = createLineSplitter(from).push(bytes.subarray(0, bytesRead)).map(({ text }) => text)
  const end = lines.findIndex((line) => !isZeekComment(line))
  return end === -1 ? lines : lines.slice(0, end)
}
