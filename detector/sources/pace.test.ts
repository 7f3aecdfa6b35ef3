import { describe, expect, it } from 'vitest'
import { packet } from '../testing/traffic.js'
import { atOwnPace } from './pace.js'
import type { SourceItem } from './records.js'

async function* give(times: readonly number[]): AsyncGenerator<SourceItem> {
  for (const timeMs of times) yield await Promise.resolve(packet({ timeMs }))
}

/** A clock that only moves when somebody sleeps. */
async function replay(times: readonly number[], speed = 1): Promise<{ kind: string; timeMs: number; wallMs: number }[]> {
  let wallMs = 50_000
  const seen = []
  const pace = { speed, longestGapMs: 10_000, nowMs: () => wallMs, sleep: (ms: number) => { wallMs += ms; return Promise.resolve() } }
  for await (const item of atOwnPace(give(times), pace)) {
    if (item.kind === 'packet' || item.kind === 'tick') seen.push({ kind: item.kind, timeMs: item.timeMs, wallMs })
  }
  return seen
}

describe('replay at its own pace', () => {
  it('waits as long as the recording did, and ticks at each second in between', async () => {
    expect(await replay([1200, 3500])).toEqual([
      { kind: 'packet', timeMs: 1200, wallMs: 50_000 },
      { kind: 'tick', timeMs: 2000, wallMs: 50_800 },
      { kind: 'tick', timeMs: 3000, wallMs: 51_800 },
      { kind: 'packet', timeMs: 3500, wallMs: 52_300 },
    ])
  })

  it('waits a tenth at ten times the speed, capture times unchanged', async () => {
    expect((await replay([0, 5000], 10)).at(-1)).toEqual({ kind: 'packet', timeMs: 5000, wallMs: 50_500 })
  })

  it('does not wait through a gap of months, nor for time that steps back', async () => {
    expect((await replay([0, 5e9])).at(-1)?.wallMs).toBe(50_000)
    expect((await replay([5e9, 0])).at(-1)?.wallMs).toBe(50_000)
  })
})
