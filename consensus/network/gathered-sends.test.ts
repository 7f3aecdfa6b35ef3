import { describe, expect, test } from 'vitest'
import { gatherSends } from './gathered-sends.js'
import { fakeConnection } from './testing/fake-connection.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const endOfTurn = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve))

function gathered() {
  const connection = fakeConnection()
  gatherSends(connection)
  return connection
}

describe('gathered sends', () => {
  test('what is written in one turn leaves as one piece, in order, before the next turn', async () => {
    const connection = gathered()
    connection.send(bytes(1, 2))
    connection.send(bytes(3))
    expect(connection.written).toEqual([])
    await endOfTurn()
    connection.send(bytes(4))
    await endOfTurn()
    expect(connection.written).toEqual([bytes(1, 2, 3), bytes(4)])
  })

  test('large pieces are not copied together', async () => {
    const connection = gathered()
    connection.send(new Uint8Array(50_000).fill(1))
    connection.send(new Uint8Array(50_000).fill(2))
    await endOfTurn()
    expect(connection.written.map(({ length }) => length)).toEqual([50_000, 50_000])
    expect(connection.written.map(([first]) => first)).toEqual([1, 2])
  })

  test('closing sends first what was written before', async () => {
    const connection = gathered()
    connection.send(bytes(1))
    await connection.close()
    expect(connection.written).toEqual([bytes(1)])
  })

  test('a writer is told to wait while the connection is full', async () => {
    const connection = gathered()
    expect(connection.send(bytes(1))).toBe(true)
    connection.isFull = true
    expect(connection.send(bytes(2))).toBe(false)
    await endOfTurn()
    expect(connection.written).toEqual([bytes(1, 2)])
  })

  test('a write that fails ends the connection, since its writer went on already', async () => {
    const connection = gathered()
    connection.failWith = new Error('broken pipe')
    connection.send(bytes(1))
    await endOfTurn()
    expect(connection.aborted?.message).toBe('broken pipe')
  })

  test('writing to a closed connection fails at once, and what waited when it was aborted is dropped', async () => {
    const connection = gathered()
    connection.send(bytes(1))
    connection.abort(new Error('cut off'))
    await endOfTurn()
    expect(connection.written).toEqual([])
    expect(() => connection.send(bytes(2))).toThrow('closed')
  })
})
