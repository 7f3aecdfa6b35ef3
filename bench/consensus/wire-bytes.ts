/** Bytes this process has written to TCP sockets, counted at the sockets: what encryption and framing add is in it. */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

export type WireBytes = { sent(): number }

/** Must be called before the first connection. */
export function countWireBytes(): WireBytes {
  const open = new Set<Socket>()
  let closedBytes = 0
  const watch = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      closedBytes += socket.bytesWritten
    })
  }
  subscribe('net.client.socket', watch)
  subscribe('net.server.socket', watch)
  return { sent: () => [...open].reduce((sum, { bytesWritten }) => sum + bytesWritten, closedBytes) }
}
