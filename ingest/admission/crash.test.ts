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

describe('an intake killed with kill -9', () => {
  it('gives every message exactly one receipt and keeps every admitted transaction once', async () => {
    const folder = temporaryFolder()
    try {
      const network = createTestNetwork()
      const messages = Array.from({ length: 120 }, (_, i) => (i % 6 === 5 ? Uint8Array.of(i) : network.message()))
      const transport = await openEmbeddedTransport(join(folder.path, 'topics'))
      await transport.send(messages.map((value, i) => ({ topic: 'ai.anomalies.v1', partition: i % 3, key: Buffer.from('k'), value })))
      expect(await runUntilKilled(script, JSON.stringify({ folder: folder.path, expected: 120 }), [1, 3, 2, 5])).toBeGreaterThanOrEqual(3)
      await transport.close()

      const store = openAdmissionStore(join(folder.path, 'admission'))
      const receipts = store.receiptsFrom(0, 1000)
      expect(receipts.map(({ sequence }) => sequence)).toEqual(messages.map((_, i) => i))
      expect(new Set(receipts.map(({ origin }) => `${origin.partition}/${origin.offset}`)).size).toBe(120)
      expect(receipts.filter(({ verdict }) => verdict.kind === 'admitted').length).toBe(100)
      const waiting = store.pending().map(({ tx }) => tx.id)
      expect(new Set(waiting)).toEqual(new Set(messages.filter((bytes) => bytes.length > 1).map((bytes) => createTransaction('event', bytes).id)))
      expect(waiting.length).toBe(100)
      await store.close()
    } finally {
      folder.remove()
    }
  }, 60_000)
})
