import { describe, expect, test } from 'vitest'
import { runIntakeAttack } from '../support/attack/run-intake-attack.js'
import { runMeshAttack } from '../support/attack/run-mesh-attack.js'

/** A million by `npx tsx test/soak/attack.ts --messages 1000000`, which also judges speed and memory. */
const [MESSAGES, MESH_MESSAGES] = process.env['CYBERMESH_FULL'] === undefined ? [5000, 1500] : [30_000, 3000]

describe('admission under attack', () => {
  test(`${MESSAGES} bad messages of every kind at a validator: each gets one receipt with its code, and the honest ones between them are admitted`, async () => {
    const report = await runIntakeAttack({ messages: MESSAGES, goods: 1000 })
    expect(report.examples).toEqual([])
    expect(report).toMatchObject({ wrong: 0, receipts: report.sent, tables: { mempool: 0 } })
    expect(Object.keys(report.byKind).length).toBeGreaterThan(17)
    expect(report.byKind['good']).toEqual({ admitted: 1000 * 3 + 50 })
  }, 300_000)

  test(`${MESH_MESSAGES} at a whole mesh: each ends REJECTED with its code and a letter, the honest ones COMMITTED, and the books add up`, async () => {
    const report = await runMeshAttack({ messages: MESH_MESSAGES, goods: 200 })
    expect([report.examples, report.doctorFailed]).toEqual([[], []])
    expect(report).toMatchObject({ wrong: 0, inFlight: 0, rejected: MESH_MESSAGES, published: report.committed + MESH_MESSAGES, deadLetters: MESH_MESSAGES, stateRoots: 1 })
  }, 600_000)
})
