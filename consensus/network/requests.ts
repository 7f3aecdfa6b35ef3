/** Questions and answers on streams of their own: one request frame there, one answer frame back. */
import type { PeerId, Stream } from '@libp2p/interface'
import { DecodeError } from '../../domain/bytes.js'
import { createFrameReader, encodeFrame, FrameTooLargeError } from './frames.js'
import type { Mesh } from './mesh.js'
import { createTurns } from './turns.js'

export type Answer = (request: Uint8Array, peer: PeerId) => Promise<Uint8Array> | Uint8Array

export class RequestFailedError extends Error {
  readonly code = 'REQUEST_FAILED'
  constructor(protocol: string, reason: string, options?: ErrorOptions) {
    super(`${protocol}: ${reason}`, options)
    this.name = 'RequestFailedError'
  }
}

const MAX_REQUEST_BYTES = 64 * 1024
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
/** A peer that opens a stream and then says nothing, or never reads its answer, gives the stream back after this. */
const SERVE_TIMEOUT_MS = 10_000
/** Questions of one peer that wait; they are small. */
const MAX_STREAMS = 64
/** Answers to one peer that are under way at once; each may be megabytes that the peer does not read. */
const ANSWERS_AT_ONCE = 4

export async function serve(mesh: Mesh, protocol: string, answer: Answer): Promise<void> {
  const turns = createTurns(ANSWERS_AT_ONCE)
  await mesh.libp2p.handle(protocol, async (stream, connection) => {
    const peer = connection.remotePeer
    try {
      const request = await readOne(stream, MAX_REQUEST_BYTES, AbortSignal.timeout(SERVE_TIMEOUT_MS))
      if (!mesh.guard.admits(peer.toString(), 'requests', request.length)) return stream.abort(new Error('not now'))
      await turns.take(peer.toString(), async () => {
        const frame = encodeFrame(await answer(request, peer))
        if (!stream.send(frame)) await stream.onDrain({ signal: AbortSignal.timeout(SERVE_TIMEOUT_MS) })
        await stream.close()
      })
    } catch (error) {
      stream.abort(error as Error)
      if (error instanceof FrameTooLargeError) mesh.guard.refuse(peer.toString(), { type: protocol, reason: 'oversized-frame', offence: 'oversized-frame' })
      if (error instanceof DecodeError) mesh.guard.refuse(peer.toString(), { type: protocol, reason: error.field, offence: 'unreadable' })
    }
  }, { maxInboundStreams: MAX_STREAMS })
}

/** Rejects with RequestFailedError when there is no whole answer within `timeoutMs`; the peer is blamed where it is to blame. */
export async function request(mesh: Mesh, peer: PeerId, protocol: string, message: Uint8Array, timeoutMs = 5000): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(timeoutMs)
  let stream: Stream | undefined
  try {
    stream = await mesh.libp2p.dialProtocol(peer, protocol, { signal })
    stream.send(encodeFrame(message))
    const answer = await readOne(stream, MAX_ANSWER_BYTES, signal)
    stream.close().catch(() => undefined) // The answer is here; how the stream ends does not matter.
    return answer
  } catch (error) {
    stream?.abort(error instanceof Error ? error : new Error(String(error)))
    if (error instanceof FrameTooLargeError) mesh.guard.refuse(peer.toString(), { type: protocol, reason: 'oversized-answer', offence: 'oversized-frame' })
    else if (signal.aborted && mesh.isConnected(peer)) mesh.guard.refuse(peer.toString(), { type: protocol, reason: 'no-answer', offence: 'no-answer' })
    throw new RequestFailedError(protocol, error instanceof Error ? error.message : String(error), { cause: error })
  }
}

async function readOne(stream: Stream, limitBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const read = createFrameReader(limitBytes)
  const stop = (): void => stream.abort(new Error('timed out'))
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stream) {
      const [message] = read(chunk instanceof Uint8Array ? chunk : chunk.subarray())
      if (message !== undefined) return message
    }
    throw new Error('the stream ended before a whole message')
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
