/**
 * Direct streams between validators, one lane a class of message, so that a megabyte of proposal never delays a vote.
 * Each lane to each peer has its own bounded queue; when a peer cannot keep up the oldest message is dropped and
 * counted: consensus messages are sent again or superseded, and memory is not.
 */
import type { PeerId, Stream } from '@libp2p/interface'
import type { Mesh } from './mesh.js'
import { createFrameReader, encodeFrame } from './frames.js'

export const LANES = ['votes', 'timeouts', 'proposals'] as const
export type Lane = (typeof LANES)[number]

type LaneLimits = { readonly queueBytes: number; readonly frameBytes: number }
const LIMITS: Record<Lane, LaneLimits> = {
  votes: { queueBytes: 1024 * 1024, frameBytes: 64 * 1024 },
  timeouts: { queueBytes: 4 * 1024 * 1024, frameBytes: 256 * 1024 },
  proposals: { queueBytes: 16 * 1024 * 1024, frameBytes: 8 * 1024 * 1024 },
}

/** One is in use; another may be opened before the end of a broken one is known. Each may hold a frame. */
const MAX_STREAMS = 4

export const protocolOf = (lane: Lane): string => `/cybermesh/consensus/1/${lane}`

export type Lanes = {
  /** Opens all lanes to a peer that has just connected, so that its first vote need not wait for it. */
  open(peer: PeerId): void
  send(peer: PeerId, lane: Lane, message: Uint8Array): void
  /** Messages dropped because a peer was too slow, by lane. */
  dropped(): Readonly<Record<Lane, number>>
  close(): void
}

export type OnMessage = (peer: PeerId, message: Uint8Array) => void

export async function openLanes(mesh: Mesh, onMessage: OnMessage, onBadFrame: (peer: PeerId, error: Error) => void): Promise<Lanes> {
  const droppedCounts: Record<Lane, number> = { votes: 0, timeouts: 0, proposals: 0 }
  const queues = new Map<string, LaneQueue>()

  for (const lane of LANES) {
    await mesh.libp2p.handle(protocolOf(lane), (stream, connection) => {
      const peer = connection.remotePeer
      const key = peer.toString()
      receive(stream, LIMITS[lane].frameBytes, (message) => { if (mesh.guard.admits(key, lane, message.length)) onMessage(peer, message) }, (error) => {
        const { isTold } = mesh.guard.refuse(key, { type: lane, reason: 'oversized-frame', offence: 'oversized-frame' })
        if (isTold) onBadFrame(peer, error)
      })
    }, { maxInboundStreams: MAX_STREAMS, runOnLimitedConnection: false })
  }

  const queueOf = (peer: PeerId, lane: Lane): LaneQueue => {
    const key = `${peer.toString()} ${lane}`
    const known = queues.get(key)
    if (known !== undefined) return known
    const queue = createLaneQueue(() => mesh.libp2p.dialProtocol(peer, protocolOf(lane), { signal: AbortSignal.timeout(3000) }), LIMITS[lane].queueBytes,
      () => { droppedCounts[lane] += 1 }, () => mesh.isConnected(peer))
    queues.set(key, queue)
    return queue
  }

  return {
    open(peer) {
      for (const lane of LANES) queueOf(peer, lane).open()
    },
    send: (peer, lane, message) => queueOf(peer, lane).push(encodeFrame(message)),
    dropped: () => ({ ...droppedCounts }),
    close() {
      for (const queue of queues.values()) queue.close()
    },
  }
}

function receive(stream: Stream, frameBytes: number, onMessage: (message: Uint8Array) => void, onError: (error: Error) => void): void {
  const read = createFrameReader(frameBytes)
  stream.addEventListener('message', ({ data }) => {
    try {
      for (const message of read(data instanceof Uint8Array ? data : data.subarray())) onMessage(message)
    } catch (error) {
      stream.abort(error as Error)
      onError(error as Error)
    }
  })
}

type LaneQueue = { open(): void; push(frame: Uint8Array): void; close(): void }

/** Sends frames over a stream that is opened on demand and opened again after a failure. */
function createLaneQueue(open: () => Promise<Stream>, limitBytes: number, onDrop: () => void, isConnected: () => boolean): LaneQueue {
  const frames: Uint8Array[] = []
  let queuedBytes = 0
  let isSending = false
  let stream: Stream | undefined
  let isClosed = false

  const drain = async (): Promise<void> => {
    if (stream?.status !== 'open') stream = await open()
    while (frames.length > 0 && !isClosed) {
      if (stream.status !== 'open') stream = await open()
      const frame = frames.shift() as Uint8Array
      queuedBytes -= frame.length
      if (!stream.send(frame)) await stream.onDrain({ signal: AbortSignal.timeout(5000) })
    }
  }

  const start = (): void => {
    if (isSending || isClosed) return
    isSending = true
    drain()
      .catch((error: unknown) => {
        // A stream that does not drain would otherwise hold its buffers for as long as the connection lives.
        stream?.abort(error instanceof Error ? error : new Error(String(error)))
        stream = undefined
        for (const _ of frames.splice(0)) onDrop()
        queuedBytes = 0
      })
      .finally(() => {
        isSending = false
        // A frame that came while the last one's promise settled.
        if (frames.length > 0) start()
      })
  }

  return {
    open: start,
    push(frame) {
      // A peer that is away asks for what it missed when it is back; keeping its votes would only fill memory.
      if (!isConnected()) return onDrop()
      frames.push(frame)
      queuedBytes += frame.length
      while (queuedBytes > limitBytes && frames.length > 1) {
        queuedBytes -= (frames.shift() as Uint8Array).length
        onDrop()
      }
      start()
    },
    close() {
      isClosed = true
      stream?.abort(new Error('node is stopping'))
    },
  }
}
