import { describe, expect, test } from 'vitest'
import { Found, scenario } from './scenario.js'
import { SCENARIOS } from './index.js'

describe('scenario:', () => {
  test.each(SCENARIOS)('$name', (one) => {
    const { violations, trace } = one.run()
    expect({ violations, trace: violations.length > 0 ? trace.slice(-30) : [] }).toEqual({ violations: [], trace: [] })
  })
})

test('every scenario has a name of its own and says what it shows', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length)
  for (const { what } of SCENARIOS) expect(what.length).toBeGreaterThan(20)
})

test('the same scenario gives the same counts again', () => {
  for (const one of SCENARIOS.slice(0, 8)) expect(one.run().counts).toEqual(one.run().counts)
})

describe('a script', () => {
  test('that throws ends in a result which names the place', () => {
    const { violations } = scenario('throws', 'a script with a mistake in it', (open) => {
      open({ n: 4 })
      throw new Error('no such node')
    }).run()
    expect(violations).toMatchObject([{ kind: 'exception' }])
    expect(violations[0]?.detail).toContain('no such node')
  })

  test('ends where something was found, and shows it once', () => {
    const { violations } = scenario('finds', 'a script that finds something', (open) => {
      const world = open({ n: 4 })
      world.violate('expectation', 'wrong')
      throw new Found()
    }).run()
    expect(violations.map(({ detail }) => detail)).toEqual(['wrong'])
  })
})
