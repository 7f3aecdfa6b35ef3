import { describe, expect, test } from 'vitest'
import { validatorSetOf } from '../../domain/genesis.js'
import { asView } from '../../domain/ids.js'
import { genesis } from './testing/forge.js'
import { electLeader } from './leader.js'

const set = validatorSetOf(genesis)
const turns = (scores: readonly number[], views = 10_000): number[] => {
  const led = set.validators.map(() => 0)
  for (let view = 1; view <= views; view++) led[set.byId(electLeader(set, scores, asView(view)))?.index as number]! += 1
  return led
}
const indexOf = (scores: readonly number[], view: number): number => set.byId(electLeader(set, scores, asView(view)))?.index as number

describe('electing leaders', () => {
  test('takes turns exactly while everybody has the full score', () => {
    expect(Array.from({ length: 12 }, (_, view) => indexOf([100, 100, 100, 100, 100], view))).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1])
  })

  test('leaves the turns of those with the full score to them', () => {
    for (let view = 0; view < 1000; view++) if (view % 5 !== 2) expect(indexOf([100, 100, 1, 100, 100], view)).toBe(view % 5)
  })

  test('gives one in a hundred of its turns to the least score, a tenth to a tenth', () => {
    const [few, some] = [turns([100, 100, 1, 100, 100])[2] as number, turns([100, 100, 10, 100, 100])[2] as number]
    expect([few > 5, few < 45, some > 150, some < 260]).toEqual([true, true, true, true])
  })

  test('never elects who has nothing, as long as anybody has more', () => {
    expect(turns([0, 100, 100, 100, 100])[0]).toBe(0)
    expect(turns([0, 0, 0, 0, 1])).toEqual([0, 0, 0, 0, 10_000])
    expect(turns([0, 0, 7, 0, 0])[2]).toBe(10_000)
  })

  test('takes turns where nobody has anything', () => {
    expect(turns([0, 0, 0, 0, 0])).toEqual([2000, 2000, 2000, 2000, 2000])
  })

  test('draws by score', () => {
    const led = turns([0, 100, 50, 100, 100], 20_000)
    // Turns of validator 0 go to the others; those of validator 2 are half its own.
    expect((led[2] as number) / (led[1] as number)).toBeGreaterThan(0.35)
    expect((led[2] as number) / (led[1] as number)).toBeLessThan(0.65)
  })

  test('names the same leaders for ever: this list is what validators of this version agree on', () => {
    expect(Array.from({ length: 16 }, (_, i) => indexOf([10, 100, 1, 0, 50], 5 * i)).join('')).toBe('0111104144141114')
  })
})
