import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flowRecord } from '../testing/traffic.js'
import { inTimeOrder } from './time-order.js'
import type { FlowRecord } from './records.js'

/** In batches of one to three. */
async function* give(starts: readonly number[]): AsyncGenerator<readonly FlowRecord[]> {
  for (let from = 0, size = 1; from < starts.length; from += size, size = size % 3 + 1) {
    yield await Promise.resolve(starts.slice(from, from + size).map((startMs) => flowRecord({ startMs })))
  }
}

async function ordered(starts: readonly number[], capacity: number): Promise<number[]> {
  const out: number[] = []
  for await (const items of inTimeOrder(give(starts), capacity)) for (const item of items) if (item.kind === 'flow') out.push(item.startMs)
  return out
}

describe('time order', () => {
  it('sorts whatever fits into the buffer', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(1000), { maxLength: 60 }), async (starts) => {
      expect(await ordered(starts, 60)).toEqual([...starts].sort((a, b) => a - b))
    }))
  })

  it('loses nothing when the buffer is smaller than the disorder', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(1000), { maxLength: 60 }), async (starts) => {
      expect((await ordered(starts, 3)).sort((a, b) => a - b)).toEqual([...starts].sort((a, b) => a - b))
    }))
  })
})
