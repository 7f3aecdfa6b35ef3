import { describe, expect, test } from 'vitest'
import { runFuzz } from '../support/fuzz/run-fuzz.js'

/** A million by `npx tsx test/soak/fuzz-edge.ts --frames 1000000`. */
const FRAMES = process.env['CYBERMESH_FULL'] === undefined ? 10_000 : 50_000

describe('a validator that sends rubbish', () => {
  test(`${FRAMES} fuzzed frames, nobody cut off: each is refused by name, memory stays, and commits go on`, async () => {
    const report = await runFuzz({ frames: FRAMES, seed: 7 })
    expect(report).toMatchObject({ committedAfter: true, fatal: 0, alarms: 0 })
    expect(report.read).toBeGreaterThan(FRAMES * 0.9)
    const refused = Object.values(report.refused).reduce((sum, count) => sum + count, 0)
    // Replayed messages and well signed votes for nothing are no offence; some flipped bits lie where nothing is said.
    expect(refused).toBeGreaterThan(FRAMES * 0.8)
    expect(Object.keys(report.refused).length).toBeGreaterThan(10)
    expect(Math.max(...report.rssMb)).toBeLessThan((report.rssMb[0] as number) + 150)
  })

  test('is cut off after a few frames, longer each time, while the others go on committing', async () => {
    const report = await runFuzz({ frames: FRAMES, seed: 8, untilCutOff: 3 })
    expect(report).toMatchObject({ committedAfter: true, fatal: 0, alarms: 0 })
    expect(report.cutOffs).toBeGreaterThanOrEqual(3)
    expect(report.read).toBeLessThan(1000)
    expect(report.committedDuring).toBeGreaterThan(0)
  })
})
