import { describe, expect, test } from 'vitest'
import { fakeConnection } from './testing/fake-connection.js'
import { HELD_BYTES, holdWindowUpdates } from './window-updates.js'

type Frame = { type: number; flags: number; streamId: number; length: number }
const DATA = 0
const UPDATE = 1
const PING = 2
const SYN = 1
const FIN = 4

function encode({ type, flags, streamId, length }: Frame): Uint8Array {
  const header = new DataView(new ArrayBuffer(12))
  header.setUint8(1, type)
  header.setUint16(2, flags)
  header.setUint32(4, streamId)
  header.setUint32(8, length)
  return new Uint8Array(header.buffer)
}

function decode(bytes: Uint8Array): Frame {
  const header = new DataView(bytes.buffer, bytes.byteOffset)
  return { type: header.getUint8(1), flags: header.getUint16(2), streamId: header.getUint32(4), length: header.getUint32(8) }
}

function held() {
  const connection = fakeConnection()
  holdWindowUpdates(connection)
  return { send: (frame: Frame) => connection.send(encode(frame)), told: () => connection.written.map(decode) }
}

const update = (streamId: number, length: number, flags = 0): Frame => ({ type: UPDATE, flags, streamId, length })

describe('window updates', () => {
  test('small updates of a stream are added up and told once they are worth a message, with nothing lost', () => {
    const { send, told } = held()
    const step = HELD_BYTES / 4
    for (let i = 0; i < 9; i++) {
      send(update(1, step))
      send(update(3, 10))
    }
    expect(told()).toEqual([update(1, HELD_BYTES), update(1, HELD_BYTES)])
    send(update(1, 3 * step))
    expect(told().at(-1)).toEqual(update(1, HELD_BYTES))
  })

  test('updates that open or end a stream, data and pings leave at once', () => {
    const { send, told } = held()
    const frames = [update(1, 0, SYN), { type: DATA, flags: 0, streamId: 1, length: 0 }, { type: PING, flags: SYN, streamId: 0, length: 7 }, update(1, 0, FIN)]
    for (const frame of frames) send(frame)
    expect(told()).toEqual(frames)
  })

  test('what was held for a stream is forgotten when we end it', () => {
    const { send, told } = held()
    send(update(1, HELD_BYTES - 1))
    send(update(1, 0, FIN))
    send(update(1, 1))
    expect(told()).toEqual([update(1, 0, FIN)])
  })

  test('with very many streams the oldest is told after all, so that memory is bounded and no window is lost', () => {
    const { send, told } = held()
    for (let id = 1; id <= 300; id++) send(update(id, 5))
    expect(told()).toEqual(Array.from({ length: 300 - 256 }, (_, i) => update(i + 1, 5)))
  })
})
