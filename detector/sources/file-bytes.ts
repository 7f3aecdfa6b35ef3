/** Reads a file forward in bounded chunks: never the whole file in memory, never further ahead than the caller asks. */
import { open, type FileHandle } from 'node:fs/promises'
import { unreadable } from './errors.js'

const CHUNK_BYTES = 256 * 1024

export class FileBytes {
  #buffer = Buffer.alloc(0)
  #start = 0
  #end = 0
  /** File offset of the next unread byte. */
  offset = 0

  private constructor(readonly path: string, private readonly handle: FileHandle) {}

  static async open(path: string): Promise<FileBytes> {
    try {
      return new FileBytes(path, await open(path, 'r'))
    } catch (cause) {
      throw unreadable(path, cause)
    }
  }

  /** Bytes in hand without touching the disk. */
  get buffered(): number {
    return this.#end - this.#start
  }

  /** Makes at least `count` bytes available; false at the end of the file. */
  async fill(count: number): Promise<boolean> {
    while (this.buffered < count) {
      this.#makeRoom(count)
      const { bytesRead } = await this.#read()
      if (bytesRead === 0) return false
      this.#end += bytesRead
    }
    return true
  }

  /** The next `count` buffered bytes, not consumed. Valid until the next fill. */
  peek(count: number): Buffer {
    return this.#buffer.subarray(this.#start, this.#start + Math.min(count, this.buffered))
  }

  /** Consumes and returns `count` buffered bytes. Valid until the next fill. */
  take(count: number): Buffer {
    const bytes = this.peek(count)
    this.#start += bytes.length
    this.offset += bytes.length
    return bytes
  }

  async close(): Promise<void> {
    await this.handle.close()
  }

  async #read(): Promise<{ bytesRead: number }> {
    try {
      return await this.handle.read(this.#buffer, this.#end, this.#buffer.length - this.#end, null)
    } catch (cause) {
      throw unreadable(this.path, cause)
    }
  }

  /** A fresh buffer instead of moving bytes in place: slices handed out before stay intact for their reader. */
  #makeRoom(count: number): void {
    if (this.#buffer.length - this.#end >= Math.max(1, count - this.buffered)) return
    const next = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, count * 2))
    this.#buffer.copy(next, 0, this.#start, this.#end)
    this.#end = this.buffered
    this.#start = 0
    this.#buffer = next
  }
}
