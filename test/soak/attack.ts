/**
 * `npx tsx test/soak/attack.ts --messages 1000000`: every kind of bad message against a validator's real admission, then
 * fewer (`--mesh`) against a whole mesh; with `--kafka` over a real broker. Prints JSON; exit code 1 where a message did
 * not end in its code, honest traffic fell below half of its own speed, memory grew, or the books do not add up.
 */
import '../../platform/polyfill.js'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startBroker, type Broker } from '../../scripts/kafka/broker.js'
import { judgeIntakeAttack, judgeMeshAttack } from '../support/attack/judge.js'
import { runIntakeAttack } from '../support/attack/run-intake-attack.js'
import { runMeshAttack } from '../support/attack/run-mesh-attack.js'
import { temporaryFolder } from '../support/mesh.js'

const { values } = parseArgs({ options: {
  messages: { type: 'string', default: '100000' }, goods: { type: 'string', default: '20000' }, mesh: { type: 'string', default: '20000' },
  'mesh-goods': { type: 'string', default: '2000' }, kafka: { type: 'boolean', default: false },
} })
const tell = (line: string): void => void process.stderr.write(`${line}\n`)
const folder = temporaryFolder()
const brokers: Broker[] = []
/** One for each part: they use the same topics. */
const broker = async (name: string): Promise<{ kafka?: string }> => {
  if (!values.kafka) return {}
  const started = await startBroker({ version: '4.1.1', folder: join(folder.path, name) })
  brokers.push(started)
  return { kafka: started.address }
}
try {
  const intake = Number(values.messages) === 0 ? undefined : await runIntakeAttack({
    messages: Number(values.messages), goods: Number(values.goods), ...await broker('intake'),
    onProgress: (receipts) => void process.stderr.write(`\r${receipts} receipts`),
  })
  tell('')
  const mesh = Number(values.mesh) === 0 ? undefined : await runMeshAttack({ messages: Number(values.mesh), goods: Number(values['mesh-goods']), ...await broker('mesh'), onProgress: tell })
  const faults = [...(intake === undefined ? [] : judgeIntakeAttack(intake)), ...(mesh === undefined ? [] : judgeMeshAttack(mesh))]
  process.stdout.write(`${JSON.stringify({ ok: faults.length === 0, faults, intake, mesh }, null, 2)}\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  for (const running of brokers) await running.stop()
  folder.remove()
}
