/** Messages on a byte stream: a 4-byte big-endian length, then the bytes. A length above the limit ends the stream. */

export class FrameTooLargeError extends Error {
  readonly code = 'FRAME_TOO_LARGE'
  constructor(readonly sizeBytes: number, readonly limitBytes: number) {
    super(`a frame of ${sizeBytes} bytes exceeds the limit of ${limitBytes}`)
    this.name = 'FrameTooLargeError'
  }
}

const LENGTH_BYTES = 4

export function encodeFrame(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(LENGTH_BYTES + message.length)
  new DataView(frame.buffer).setUint32(0, message.length)
  frame.set(message, LENGTH_BYTES)
  return frame
}

/** Turns chunks into whole messages; keeps what is not complete yet. */
export function createFrameReader(limitBytes: number): (chunk: Uint8Array) => Uint8Array[] {
  let chunks: Uint8Array[] = []
  let bufferedBytes = 0

  const peekLength = (): number | undefined => {
    if (bufferedBytes < LENGTH_BYTES) return undefined
    const head = merge(LENGTH_BYTES)
    return new DataView(head.buffer, head.byteOffset).getUint32(0)
  }
  /** Makes the first chunk at least `size` long and returns it. */
  const merge = (size: number): Uint8Array => {
    const first = chunks[0] as Uint8Array
    if (first.length >= size) return first
    const joined = new Uint8Array(Buffer.concat(chunks, bufferedBytes))
    chunks = [joined]
    return joined
  }

  return (chunk) => {
    chunks.push(chunk)
    bufferedBytes += chunk.length
    const messages: Uint8Array[] = []
    for (let length = peekLength(); length !== undefined; length = peekLength()) {
      if (length > limitBytes) throw new FrameTooLargeError(length, limitBytes)
      const total = LENGTH_BYTES + length
      if (bufferedBytes < total) break
      const buffer = merge(total)
      messages.push(buffer.slice(LENGTH_BYTES, total))
      chunks = [buffer.subarray(total), ...chunks.slice(1)]
      bufferedBytes -= total
    }
    return messages
  }
}
