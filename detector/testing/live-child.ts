/** A child program for crash tests: follows a source, writes what it publishes to a file, and waits to be killed. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { runLive } from '../live/run-live.js'
import { openForTest, type SourceAddress } from './open-live-source.js'

const [address, folder] = process.argv.slice(2)
if (address === undefined || folder === undefined) throw new Error('usage: live-child ADDRESS FOLDER')

const { source } = await openForTest(JSON.parse(address) as SourceAddress)
const file = openSync(join(folder, 'published'), 'a')
await runLive({
  source, positionFile: join(folder, 'position.json'), signal: new AbortController().signal, saveEveryMs: 0,
  async publish({ anomalyId, payload }) {
    const { attack, dst_ip } = JSON.parse(new TextDecoder().decode(payload)) as { attack: string; dst_ip: string }
    writeSync(file, `${anomalyId} ${attack}/${dst_ip}\n`)
    fsyncSync(file)
    // Whoever kills at the sight of a line needs a moment to do it.
    await new Promise((resolve) => setTimeout(resolve, 100))
  },
})
closeSync(file)
