/**
 * A child program for crash tests: appends large batches to many streams and writes a line for each one acknowledged,
 * until it is killed. With `exit` it ends itself in the middle of its second append, with `close` it closes the log after the
 * first and has nothing left to do.
 */
import { openEmbeddedLog } from '../embedded/index.js'
import type { StreamAppend } from '../log.js'
import { noteEvent } from './events.js'

const [path, events = '2500', ending] = process.argv.slice(2)
if (path === undefined) throw new Error('usage: append-large-forever PATH [EVENTS] [exit|close]')

const log = await openEmbeddedLog(path)
const many = Number(events)
for (let next = await log.length(); ; next += many) {
  const appends = Array.from({ length: many }, (_, i): StreamAppend => ({ stream: `stream-${i % 300}`, expected: 'any', events: [noteEvent(next + i, 'x'.repeat(i % 900))] }))
  const appending = log.append(appends)
  if (ending === 'exit' && next > 0) process.exit(0)
  const result = await appending
  if (result.kind !== 'appended') throw new Error(`append at ${next}: ${result.kind}`)
  process.stdout.write(`${result.events[0]?.position ?? ''} ${result.events.length}\n`)
  if (ending === 'close') {
    await log.close()
    process.stdout.write('closed\n')
    break
  }
}
