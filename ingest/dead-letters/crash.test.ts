import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createTestNetwork } from '../../eventlog/recorder/testing/network.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { runUntilKilled } from '../testing/until-killed.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import { TOPICS } from '../transport/transport.js'
import { readTopic } from './read-topic.js'
import { letterOf, sinkOf } from './testing/letters.js'

const script = fileURLToPath(new URL('./testing/replay-child.ts', import.meta.url))
const LETTERS = 1500

it('a replay killed with kill -9 and asked for again sends every message once', async () => {
  const folder = temporaryFolder()
  const path = join(folder.path, 'topics')
  try {
    const transport = await openEmbeddedTransport(path)
    await sinkOf(transport, createTestNetwork()).send(Array.from({ length: LETTERS }, (_, i) => letterOf(Buffer.from(`message ${i}`), 'SKEW', i)))
    expect(await runUntilKilled(script, path, [1, 2, 3, 4, 5])).toBeGreaterThanOrEqual(4)
    const sent: (string | undefined)[] = []
    await readTopic(transport, TOPICS.anomalies.name, ({ headers }) => void sent.push(headers['replay_of']))
    expect(sent).toHaveLength(LETTERS)
    expect(new Set(sent).size).toBe(LETTERS)
    await transport.close()
  } finally {
    folder.remove()
  }
}, 60_000)
