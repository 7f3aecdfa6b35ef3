import { describe, expect, test } from 'vitest'
import { LIES } from '../support/sync/lying-peer.js'
import { runLaggard } from '../support/sync/run-laggard.js'

/** Ten thousand by `npx tsx test/soak/laggard.ts --blocks 10000`. */
const BLOCKS = process.env['CYBERMESH_FULL'] === undefined ? 300 : 1000

describe('a validator that is far behind', () => {
  test(`${BLOCKS} blocks: it reaches the others while they go on under load`, async () => {
    const report = await runLaggard({ blocks: BLOCKS })
    expect(new Set(report.stateRoots).size).toBe(1)
    expect(report).toMatchObject({ fatal: 0, refused: {}, pauses: {} })
    expect(report.committedMeanwhile).toBeGreaterThan(0)
  })

  test('all its peers lie about blocks, each in every way before it becomes honest: lies are refused by name, liars cut off, heard again, and it gets there', async () => {
    const report = await runLaggard({ blocks: 200, liars: [0, 1, 2, 3] })
    expect(new Set(report.stateRoots).size).toBe(1)
    expect(report.fatal).toBe(0)
    const told = LIES.filter((lie) => (report.lies[lie] ?? 0) > 0)
    expect(told.length).toBeGreaterThan(2)
    expect(Object.keys(report.refused).some((kind) => kind.includes('blocks: '))).toBe(true)
    expect(Object.values(report.pauses).some((pauses) => pauses > 0)).toBe(true)
  })
})
