/** A connection that keeps what is written to it, for tests of what lies above it. */
import type { MessageStream } from '@libp2p/interface'

export type FakeConnection = MessageStream & {
  /** What reached the wire, one entry a write. */
  readonly written: Uint8Array[]
  /** The other end takes nothing more for now. */
  isFull: boolean
  failWith: Error | undefined
  aborted: Error | undefined
}

export function fakeConnection(): FakeConnection {
  const connection = {
    status: 'open', written: [] as Uint8Array[], isFull: false, failWith: undefined as Error | undefined, aborted: undefined as Error | undefined,
    get writableNeedsDrain() {
      return connection.isFull
    },
    send(data: Uint8Array | { subarray(): Uint8Array }) {
      if (connection.status !== 'open') throw new Error('closed')
      if (connection.failWith !== undefined) throw connection.failWith
      connection.written.push(new Uint8Array(data.subarray()))
      return !connection.isFull
    },
    async close() {
      connection.status = 'closed'
    },
    abort(error: Error) {
      connection.status = 'aborted'
      connection.aborted = error
    },
  }
  return connection as unknown as FakeConnection
}
