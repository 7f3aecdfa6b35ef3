/**
 * `npx tsx test/soak/kafka-kills.ts --rounds 3 --rate 50 --away 30 --version 4.1.1`: under load kill -9 of each role in
 * turn, of two validators at once and of the broker, which stays away; then nothing is lost, nothing counted twice, and
 * no offset is ahead of durable work.
 */
import { parseArgs } from 'node:util'
import { KAFKA_VERSIONS } from '../../scripts/kafka/install.js'
import { conclude } from '../support/feed.js'
import { runKills } from '../support/kafka/run-kills.js'

const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '2' }, rate: { type: 'string', default: '50' }, away: { type: 'string', default: '30' }, version: { type: 'string', default: '4.1.1' },
} })
const version = KAFKA_VERSIONS.find((known) => known === values.version)
if (version === undefined) throw new Error(`--version is one of ${KAFKA_VERSIONS.join(', ')}`)
conclude(await runKills({
  version, rounds: Number(values.rounds), perSecond: Number(values.rate), awayMs: Number(values.away) * 1000, say: (line) => process.stderr.write(`${line}\n`),
}))
