import { describe, expect, it } from 'vitest'
import type { ProducerId } from '../../domain/ids.js'
import { until } from '../testing/until.js'
import { createPartitionHold, type Looked } from './hold-partitions.js'

const LONG_MS = 1_000_000

function ground(turnMs = LONG_MS) {
  const paused = new Set<number>()
  const crowding = new Set<string>()
  let drain: () => void = () => undefined
  const hold = createPartitionHold(
    { resumesAtOnce: true, pause: (places) => places.forEach(({ partition }) => paused.add(partition)), resume: (places) => places.forEach(({ partition }) => paused.delete(partition)) },
    { isCrowdedBy: (producer) => crowding.has(producer as string), onDrain: (listener) => { drain = listener } }, turnMs,
  )
  const batch = (partition: number, refused: number, admitted: number, producer = 'a'): void => hold.look([
    ...Array.from({ length: refused }, (): Looked => ({ topic: 't', partition, isRefused: true, producer: undefined })),
    ...Array.from({ length: admitted }, (): Looked => ({ topic: 't', partition, isRefused: false, producer: producer as ProducerId })),
  ])
  return { hold, paused: () => [...paused].sort(), batch, crowding, drain: () => drain(), forget: () => paused.clear() }
}

describe('what is held', () => {
  it('is every partition that brings garbage, after each batch of it, until somebody else was read', () => {
    const { hold, paused, batch } = ground()
    batch(0, 10, 0)
    expect(paused()).toEqual([0])
    batch(1, 6, 4)
    expect(paused()).toEqual([0, 1])
    batch(2, 4, 6)
    expect(paused()).toEqual([])
    // Both are known by now: one of them read means that the other waits too.
    batch(1, 10, 0)
    expect(paused()).toEqual([0, 1])
    batch(2, 0, 1)
    batch(0, 0, 1)
    batch(1, 10, 0)
    expect(paused()).toEqual([1])
    hold.close()
  })

  it('is read on where nobody else speaks, however long the batch takes to be done with', async () => {
    const { hold, paused, batch } = ground(1)
    batch(0, 10, 0)
    const other = ground(1)
    other.batch(0, 10, 0)
    other.hold.endTurn()
    await until('the other is resumed', () => other.paused().length === 0)
    expect(paused()).toEqual([0])
    hold.endTurn()
    await until('it is resumed', () => paused().length === 0)
    hold.close()
  })

  it('is the partition of a producer that crowds the backlog, until it does so no more, whatever others bring', () => {
    const { hold, paused, batch, crowding, drain } = ground()
    crowding.add('loud')
    batch(0, 0, 5, 'loud')
    batch(1, 0, 5, 'quiet')
    batch(2, 9, 0)
    batch(1, 0, 5, 'quiet')
    expect(paused()).toEqual([0])
    drain()
    expect(paused()).toEqual([0])
    crowding.clear()
    drain()
    expect(paused()).toEqual([])
    hold.close()
  })

  it('is paused again when it is read all the same, and resumed also where it was heard of only then', () => {
    const { paused, batch, crowding, drain, forget } = ground()
    crowding.add('loud')
    batch(0, 0, 5, 'loud')
    forget()
    batch(0, 0, 5, 'loud')
    expect(paused()).toEqual([0])
    crowding.clear()
    drain()
    expect(paused()).toEqual([])
  })

  it('stays held for the one reason when the other is over', () => {
    const { hold, paused, batch, crowding, drain } = ground()
    crowding.add('loud')
    batch(0, 9, 1, 'loud')
    crowding.clear()
    drain()
    expect(paused()).toEqual([0])
    batch(1, 0, 1)
    expect(paused()).toEqual([])
    hold.close()
  })
})
