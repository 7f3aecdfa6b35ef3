/** A child program for crash tests: appends batches and writes a line for each one acknowledged, until it is killed. */
import { openEmbeddedLog } from '../embedded/index.js'
import { openKurrentLog } from '../kurrent/index.js'
import { noteEvent } from './events.js'

const [path, payloadBytes = '200', count = 'Infinity'] = process.argv.slice(2)
if (path === undefined) throw new Error('usage: append-forever PATH_OR_URL [PAYLOAD_BYTES] [BATCHES]')

const log = path.startsWith('kurrentdb:') ? await openKurrentLog({ url: path }) : await openEmbeddedLog(path)
const note = 'x'.repeat(Number(payloadBytes))
const start = await log.length()
for (let batch = 0; batch < Number(count); batch++) {
  const name = start + batch * 3
  const result = await log.append([
    { stream: 'left', expected: 'any', events: [noteEvent(name, note), noteEvent(name + 1, note)] },
    { stream: 'right', expected: 'any', events: [noteEvent(name + 2, note)] },
  ])
  if (result.kind !== 'appended') throw new Error(`append ${name}: ${result.kind}`)
  process.stdout.write(`${result.events.map(({ id, position }) => `${id}@${position}`).join(' ')}\n`)
}
await log.close()
