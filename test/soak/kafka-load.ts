/**
 * `npx tsx test/soak/kafka-load.ts --minutes 10 --rate 200 --detectors 3 --version 4.1.1`: five validators on a real Kafka
 * broker under a steady load: no view change, everything ends, and `doctor --ledger` proves the sum.
 */
import { parseArgs } from 'node:util'
import { KAFKA_VERSIONS } from '../../scripts/kafka/install.js'
import { conclude } from '../support/feed.js'
import { runLoad } from '../support/kafka/run-load.js'

const { values } = parseArgs({ options: {
  minutes: { type: 'string', default: '1' }, rate: { type: 'string', default: '200' }, detectors: { type: 'string', default: '3' }, version: { type: 'string', default: '4.1.1' },
} })
const version = KAFKA_VERSIONS.find((known) => known === values.version)
if (version === undefined) throw new Error(`--version is one of ${KAFKA_VERSIONS.join(', ')}`)
conclude(await runLoad({
  version, minutes: Number(values.minutes), perSecond: Number(values.rate), detectors: Number(values.detectors), say: (line) => process.stderr.write(`${line}\n`),
}))
