import { expect, test } from 'vitest'
import { BUDGETS, CHANNELS, createFloodGate } from './flood-gate.js'

test('a burst passes up to its size, then what time has refilled', () => {
  for (const channel of CHANNELS) {
    const { burst, perSecond } = BUDGETS[channel]
    const gate = createFloodGate(0)
    const passed = (attempts: number, now: number): number => Array.from({ length: attempts }, () => gate.passes(channel, 1, now)).filter(Boolean).length
    expect(passed(burst + 100, 0), channel).toBe(burst)
    expect(passed(burst, 1000), channel).toBe(perSecond)
    expect(passed(2 * burst, 1_000_000), channel).toBe(burst)
  }
})

test('few large messages are bounded by their bytes', () => {
  const gate = createFloodGate(0)
  const size = 8 * 1024 * 1024
  const passed = Array.from({ length: 100 }, () => gate.passes('proposals', size, 0)).filter(Boolean).length
  expect(passed).toBe(BUDGETS.proposals.burstBytes / size)
})

test('one channel does not use up another', () => {
  const gate = createFloodGate(0)
  while (gate.passes('gossip', 100, 0));
  expect(gate.passes('votes', 100, 0)).toBe(true)
})
