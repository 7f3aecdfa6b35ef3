import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createTransaction } from '../../domain/transaction.js'
import { createTestNetwork } from '../../eventlog/recorder/testing/network.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { runUntilKilled } from '../testing/until-killed.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import { openAdmissionStore } from './store.js'

const script = fileURLToPath(new URL('../testing/intake-child.ts', import.meta.url))
const COUNT = 180
const TOPIC = 'ai.anomalies.v1'

/** Four points somewhere in the work; together they leave some of it to the last run. */
const randomPoints = (): number[] => Array.from({ length: 4 }, () => 1 + Math.floor(Math.random() * 7))

describe('two intakes over the same topics, both killed with kill -9', () => {
  it('give every message exactly one receipt each, keep every admitted transaction once, and never commit an offset ahead of what is on disk', async () => {
    const folder = temporaryFolder()
    try {
      const network = createTestNetwork()
      const messages = Array.from({ length: COUNT }, (_, i) => (i % 6 === 5 ? Uint8Array.of(i) : network.message()))
      const transport = await openEmbeddedTransport(join(folder.path, 'topics'))
      await transport.send(messages.map((value, i) => ({ topic: TOPIC, partition: i % 3, key: Buffer.from('k'), value })))
      const admissionOf = (validator: number) => openAdmissionStore(join(folder.path, `admission-${validator}`))

      const marksAreBehind = async (validator: number): Promise<void> => {
        const marks = await transport.committed(`validator-${validator}`, TOPIC)
        const store = admissionOf(validator)
        for (const { topic, partition, offset: end } of marks) {
          for (let offset = 0; offset < end; offset++) expect({ partition, offset, receipt: store.receiptOf({ topic, partition, offset }) !== undefined }).toEqual({ partition, offset, receipt: true })
        }
        await store.close()
      }
      const validators = [0, 1]
      const points = validators.map(randomPoints)
      const kills = await Promise.all(validators.map((validator) =>
        runUntilKilled(script, JSON.stringify({ folder: folder.path, expected: COUNT, validator }), points[validator] as number[], () => marksAreBehind(validator))))
      for (const validator of validators) expect({ points: points[validator], killed: (kills[validator] as number) >= 3 }).toEqual({ points: points[validator], killed: true })
      await transport.close()

      for (const validator of validators) {
        const store = admissionOf(validator)
        const receipts = store.receiptsFrom(0, 1000)
        expect(receipts.map(({ sequence }) => sequence)).toEqual(messages.map((_, i) => i))
        expect(new Set(receipts.map(({ origin }) => `${origin.partition}/${origin.offset}`)).size).toBe(COUNT)
        expect(receipts.filter(({ verdict }) => verdict.kind === 'admitted').length).toBe((COUNT * 5) / 6)
        const waiting = store.pending().map(({ tx }) => tx.id)
        expect(new Set(waiting)).toEqual(new Set(messages.filter((bytes) => bytes.length > 1).map((bytes) => createTransaction('event', bytes).id)))
        expect(waiting.length).toBe((COUNT * 5) / 6)
        await store.close()
      }
    } finally {
      folder.remove()
    }
  }, 120_000)
})
