/** A file that is written from the start to the end and hashed on the way, in chunks. */
import { createHash } from 'node:crypto'
import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs'

export type FileFacts = { readonly bytes: number; readonly sha256: string }
export type TextFile = { append(text: string): void; close(): FileFacts }

const CHUNK_CHARACTERS = 1024 * 1024

export function createTextFile(path: string): TextFile {
  const file = openSync(path, 'wx')
  const hash = createHash('sha256')
  let waiting: string[] = []
  let length = 0
  let bytes = 0
  const flush = (): void => {
    const chunk = Buffer.from(waiting.join(''))
    hash.update(chunk)
    for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at)
    bytes += chunk.length
    waiting = []
    length = 0
  }
  return {
    append(text) {
      waiting.push(text)
      length += text.length
      if (length >= CHUNK_CHARACTERS) flush()
    },
    close() {
      flush()
      fsyncSync(file)
      closeSync(file)
      return { bytes, sha256: hash.digest('hex') }
    },
  }
}

export async function hashFile(path: string): Promise<FileFacts> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** Puts a file that others have written on the disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
