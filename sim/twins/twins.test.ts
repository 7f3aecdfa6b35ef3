import { expect, test } from 'vitest'
import { drawTwinsPlan, runTwinsSeed } from './index.js'

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1)

test('sixty cases end in agreement and go on', () => {
  expect(SEEDS.flatMap((seed) => runTwinsSeed(seed).violations.map((violation) => ({ seed, ...violation })))).toEqual([])
})

test('the same seed gives the same case and the same run', () => {
  for (const seed of [1, 7, 23]) {
    expect(drawTwinsPlan(seed)).toEqual(drawTwinsPlan(seed))
    expect(runTwinsSeed(seed).counts).toEqual(runTwinsSeed(seed).counts)
  }
})

test('the cases hold what twins are for: two nodes with one key, at most f of them, of leaders and of followers', () => {
  const plans = SEEDS.map(drawTwinsPlan)
  for (const { n, twins } of plans) expect(twins.length).toBeLessThanOrEqual(Math.floor((n - 1) / 3))
  const twinned = plans.filter(({ twins }) => twins.length > 0)
  expect(twinned.length).toBeGreaterThan(30)
  expect(twinned.some(({ twins, views }) => views.some(({ leader }) => twins.includes(leader)))).toBe(true)
  expect(twinned.some(({ twins, views }) => views.filter(({ leader }) => twins.includes(leader)).length <= 1)).toBe(true)
  expect(new Set(plans.map(({ n }) => n))).toEqual(new Set([4, 5, 6, 7]))
  expect(new Set(plans.flatMap(({ views }) => views.map(({ cut }) => cut.kind)))).toEqual(new Set(['nothing', 'groups', 'one-certificate', 'proposal']))
})
