import { describe, expect, test } from 'vitest'
import { LIES } from '../support/sync/lying-peer.js'
import { runLaggard } from '../support/sync/run-laggard.js'

/** Ten thousand by `npx tsx test/soak/laggard.ts --blocks 10000`. */
const BLOCKS = process.env['CYBERMESH_FULL'] === undefined ? 300 : 2000

describe('a validator that is far behind', () => {
  test(`${BLOCKS} blocks: it reaches the others while they go on under load`, async () => {
    const report = await runLaggard({ blocks: BLOCKS })
    expect(new Set(report.stateRoots).size).toBe(1)
    expect(report).toMatchObject({ fatal: 0, refused: {}, pauses: {} })
    expect(report.committedMeanwhile).toBeGreaterThan(0)
  })

  test('three of its four peers lie about blocks in every way: each lie is refused by name, they are cut off, and it gets there', async () => {
    const report = await runLaggard({ blocks: 200, liars: [1, 2, 3] })
    expect(new Set(report.stateRoots).size).toBe(1)
    expect(report.fatal).toBe(0)
    const blamed = new Set(Object.keys(report.refused).map((kind) => kind.split(' ')[0]))
    expect(blamed.has('v0')).toBe(false)
    expect(blamed.size).toBeGreaterThan(0)
    expect(Object.keys(report.pauses)).not.toContain('v0')
    expect(Object.keys(report.lies)).toEqual([...LIES])
  })
})
