/** Messages on a byte stream: a 4-byte big-endian length, then the bytes. A length above the limit ends the stream. */

export class FrameTooLargeError extends Error {
  readonly code = 'FRAME_TOO_LARGE'
  constructor(readonly sizeBytes: number, readonly limitBytes: number) {
    super(`a frame of ${sizeBytes} bytes exceeds the limit of ${limitBytes}`)
    this.name = 'FrameTooLargeError'
  }
}

const LENGTH_BYTES = 4
/** Room made for a frame before any of it is here; a length is easily claimed. */
const FIRST_ROOM_BYTES = 16 * 1024

export function encodeFrame(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(LENGTH_BYTES + message.length)
  new DataView(frame.buffer).setUint32(0, message.length)
  frame.set(message, LENGTH_BYTES)
  return frame
}

/**
 * Turns chunks into whole messages; keeps what is not complete yet. What it holds is at most twice what has arrived,
 * however small the chunks are, and the work is linear in the bytes.
 */
export function createFrameReader(limitBytes: number): (chunk: Uint8Array) => Uint8Array[] {
  const head = new Uint8Array(LENGTH_BYTES)
  let headBytes = 0
  let length = 0
  let room = new Uint8Array(0)
  let filled = 0

  const takeHead = (chunk: Uint8Array): number => {
    const part = chunk.subarray(0, LENGTH_BYTES - headBytes)
    head.set(part, headBytes)
    headBytes += part.length
    if (headBytes < LENGTH_BYTES) return part.length
    length = new DataView(head.buffer).getUint32(0)
    if (length > limitBytes) throw new FrameTooLargeError(length, limitBytes)
    room = new Uint8Array(Math.min(length, FIRST_ROOM_BYTES))
    filled = 0
    return part.length
  }

  const takeBody = (chunk: Uint8Array): number => {
    const part = chunk.subarray(0, length - filled)
    if (filled + part.length > room.length) {
      const larger = new Uint8Array(Math.min(length, Math.max(2 * room.length, filled + part.length)))
      larger.set(room.subarray(0, filled))
      room = larger
    }
    room.set(part, filled)
    filled += part.length
    return part.length
  }

  return (chunk) => {
    const messages: Uint8Array[] = []
    for (let at = 0; at < chunk.length;) {
      const rest = chunk.subarray(at)
      at += headBytes < LENGTH_BYTES ? takeHead(rest) : takeBody(rest)
      if (headBytes < LENGTH_BYTES || filled < length) continue
      messages.push(room)
      headBytes = 0
    }
    return messages
  }
}
