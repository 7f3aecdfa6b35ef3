/** A short version of `test/soak/kafka-kills.ts`: one death of everything that talks to the broker, and of the broker. */
import { describe, expect, test } from 'vitest'
import { skipsKafka } from '../../ingest/testing/kafka-broker.js'
import { runKills } from '../support/kafka/run-kills.js'

describe.skipIf(skipsKafka)('a mesh on Kafka', () => {
  test('loses nothing and counts nothing twice when validators, recorder, detector and broker are killed under load', async () => {
    const victims = [['validator-1', 'validator-3'], ['recorder', 'projector'], ['validator-2', 'detector']]
    const report = await runKills({ version: '4.1.1', rounds: 1, perSecond: 40, awayMs: 3000, victims })
    expect(report, JSON.stringify(report)).toMatchObject({ ok: true, proven: true, aheadMeanwhile: [], swallowed: [], invented: [], offsets: { ahead: [] } })
    expect(report.offsets.below).toBe(5 * report.inTopic)
  }, 600_000)
})
