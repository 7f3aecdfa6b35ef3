/**
 * Fewer window updates. Yamux may send so many bytes of a stream before the receiver says that it has room again, and
 * the implementation says so after every frame: each vote was answered by a message of its own, encrypted, sent and read
 * for nothing. Here updates of a stream are added up until they are worth a message, as the yamux of HashiCorp does.
 * The frames are those of https://github.com/hashicorp/yamux/blob/master/spec.md.
 */
import type { MessageStream } from '@libp2p/interface'

type Bytes = Parameters<MessageStream['send']>[0]

const HEADER_BYTES = 12
const WINDOW_UPDATE = 1
const FIN = 4
const RST = 8

/** A quarter of the window that every stream begins with: a sender always has room left, so it never waits for us. */
export const HELD_BYTES = 64 * 1024
/** Streams that the other side reset leave their count behind; past this many the oldest is told after all. */
const MAX_HELD_STREAMS = 256

/** Changes `connection`, over which a yamux muxer sends its frames one by one. */
export function holdWindowUpdates(connection: MessageStream): void {
  const sendNow = connection.send.bind(connection)
  const held = new Map<number, number>()

  const tellOldest = (): void => {
    const [oldest] = held
    if (oldest === undefined) return
    held.delete(oldest[0])
    sendNow(encodeUpdate(...oldest))
  }

  connection.send = (data) => {
    const { type, flags, streamId, length } = readHeader(data)
    if ((flags & (FIN | RST)) !== 0) held.delete(streamId)
    // Flags open, accept and end streams: those never wait. Pings have no stream.
    if (type !== WINDOW_UPDATE || flags !== 0) return sendNow(data)
    const bytes = (held.get(streamId) ?? 0) + length
    held.delete(streamId)
    if (bytes >= HELD_BYTES) return sendNow(encodeUpdate(streamId, bytes))
    held.set(streamId, bytes)
    if (held.size > MAX_HELD_STREAMS) tellOldest()
    return !connection.writableNeedsDrain
  }
}

function readHeader(data: Bytes): { readonly type: number; readonly flags: number; readonly streamId: number; readonly length: number } {
  const bytes = data.subarray(0, HEADER_BYTES)
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { type: header.getUint8(1), flags: header.getUint16(2), streamId: header.getUint32(4), length: header.getUint32(8) }
}

function encodeUpdate(streamId: number, length: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  const header = new DataView(bytes.buffer)
  header.setUint8(1, WINDOW_UPDATE)
  header.setUint32(4, streamId)
  header.setUint32(8, length)
  return bytes
}
