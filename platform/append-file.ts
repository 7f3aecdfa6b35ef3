/**
 * A file that is only appended to, with each append on disk when it returns. Zeros are written ahead of the data: a
 * flush then has no new file size to record, which is most of its cost when several processes share a disk. Readers
 * must take zeros after the last entry for the end.
 */
import { closeSync, fdatasyncSync, fsyncSync, fstatSync, openSync, writeSync } from 'node:fs'

export type AppendFile = {
  /** Bytes appended so far, those that were there before included. */
  readonly sizeBytes: number
  /** On disk when it returns. Throws the system's error; what was appended before stays. */
  append(bytes: Uint8Array): void
  close(): void
}

const ZEROS = new Uint8Array(256 * 1024)

/** Opens an existing file whose data ends at `sizeBytes`; anything after that is overwritten. */
export function openAppendFile(path: string, sizeBytes: number): AppendFile {
  const file = openSync(path, 'r+')
  let offset = sizeBytes
  let reserved = fstatSync(file).size

  return {
    get sizeBytes() {
      return offset
    },
    append(bytes) {
      if (offset + bytes.length > reserved) {
        for (const needed = offset + bytes.length; reserved < needed; reserved += ZEROS.length) writeAll(file, ZEROS, reserved)
        fsyncSync(file)
      }
      writeAll(file, bytes, offset)
      fdatasyncSync(file)
      offset += bytes.length
    },
    close: () => closeSync(file),
  }
}

export function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written, bytes.length - written, at + written)
}

/** Whether nothing but reserved zeros stands from `offset` on. */
export function isReserve(bytes: Uint8Array, offset: number): boolean {
  for (let at = offset; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}
