/** `npx tsx scripts/kafka/main.ts --version 4.1.1 --port 9092 --folder DIR`: a Kafka broker until Ctrl-C. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startBroker } from './broker.js'
import { KAFKA_VERSIONS } from './install.js'
import { USERS } from './properties.js'

const { values } = parseArgs({ options: { version: { type: 'string', default: '4.1.1' }, port: { type: 'string', default: '9092' }, folder: { type: 'string' } } })
const version = KAFKA_VERSIONS.find((known) => known === values.version)
const port = Number(values.port)
if (version === undefined || !Number.isInteger(port) || port < 1 || port > 65_534) {
  console.error(`--version is one of ${KAFKA_VERSIONS.join(', ')} and --port a number from 1 to 65534`)
  process.exit(2)
}
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'cybermesh-kafka-'))
console.log(`Kafka ${version} is being started in ${folder}`)
const broker = await startBroker({ version, folder, port })
console.log(`PLAINTEXT ${broker.address}`)
console.log(`TLS       ${broker.tlsAddress}, authority ${broker.certificates.authority}`)
for (const [mechanism, { name, password }] of Object.entries(USERS)) console.log(`          user ${name}, password ${password} (${mechanism})`)
console.log('Ctrl-C ends it')
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void broker.stop().then(() => process.exit(0)))
