/**
 * What is written to a connection in one turn of the event loop leaves as one piece. Each layer of libp2p writes its own
 * small pieces: two system calls and two packets for a vote, and one encryption for each frame of a multiplexed stream.
 * Nothing waits for a timer: the piece leaves before the event loop does anything else.
 */
import type { MessageStream } from '@libp2p/interface'

type Bytes = Parameters<MessageStream['send']>[0]

/** Joining is a copy, so only what is small is joined. */
const MAX_JOINED_BYTES = 64 * 1024

/** Changes `connection` itself, which its owner keeps and closes as ever. */
export function gatherSends(connection: MessageStream): void {
  const sendNow = connection.send.bind(connection)
  const closeNow = connection.close.bind(connection)
  let waiting: Bytes[] = []
  let waitingBytes = 0

  const flush = (): void => {
    const pieces = waiting
    waiting = []
    const sizeBytes = waitingBytes
    waitingBytes = 0
    if (pieces.length === 0 || connection.status !== 'open') return
    if (sizeBytes <= MAX_JOINED_BYTES) return void sendNow(joinBytes(pieces, sizeBytes))
    for (const piece of pieces) sendNow(piece)
  }
  const flushSafely = (): void => {
    try {
      flush()
    } catch (error) {
      // Whoever wrote this was told that it had left, so the connection ends as if it had been lost on the way.
      connection.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  connection.send = (data) => {
    if (connection.status !== 'open') return sendNow(data)
    if (waiting.length === 0) queueMicrotask(flushSafely)
    waiting.push(data)
    waitingBytes += data.byteLength
    return !connection.writableNeedsDrain
  }
  connection.close = (options) => {
    flushSafely()
    return closeNow(options)
  }
}

function joinBytes(pieces: readonly Bytes[], sizeBytes: number): Uint8Array {
  const joined = new Uint8Array(sizeBytes)
  let offset = 0
  for (const piece of pieces) {
    for (const bytes of piece instanceof Uint8Array ? [piece] : piece) {
      joined.set(bytes, offset)
      offset += bytes.length
    }
  }
  return joined
}
