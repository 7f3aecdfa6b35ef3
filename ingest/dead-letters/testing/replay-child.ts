/** Replays all letters of a folder in a process of its own; prints a line when sending begins and after each part. */
import { createTestNetwork } from '../../../eventlog/recorder/testing/network.js'
import { openEmbeddedTransport } from '../../transport/embedded/embedded-transport.js'
import { readLetters } from '../read-letters.js'
import { replay } from '../replay.js'
import { trustOf } from './letters.js'

const transport = await openEmbeddedTransport(process.argv[2] as string)
const { letters } = await readLetters(transport, trustOf(createTestNetwork()))
await replay({
  ...transport,
  async send(records) {
    process.stdout.write('sending\n')
    const places = await transport.send(records)
    process.stdout.write('sent\n')
    return places
  },
}, letters)
await transport.close()
