import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { genesis } from '../../domain/execution/testing/network.js'
import { SHIPPED_MODELS } from '../../detector/models/shipped.js'
import { writeKeyFile } from '../../platform/crypto/key-file.js'
import { packageFile } from '../../platform/package-root.js'
import { roleSchemas } from '../config/schema.js'
import { createLogger } from '../shared/logger.js'
import { BUNDLED_CAPTURE, startDetector } from './detector.js'

type Status = { readonly isFinished: boolean; readonly pipeline: { readonly published: number; readonly flows: number }; readonly modelsNotHeld: readonly string[]; readonly models?: readonly { readonly name: string; readonly stage: string; readonly judged: number; readonly fired: number; readonly domain: string }[] }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-detector-'))
  writeFileSync(join(folder, 'genesis.json'), JSON.stringify(genesis))
  writeKeyFile(join(folder, 'key.json'), new Uint8Array(32).fill(9))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The bundled capture, read once to its end. */
async function statusOf(more: object): Promise<Status> {
  const role = await startDetector(roleSchemas.detector.parse({
    role: 'detector', name: 'd', genesis: join(folder, 'genesis.json'), key: join(folder, 'key.json'), ops: { port: 0 },
    transport: { kind: 'embedded', path: join(folder, 'topics') }, flows: packageFile(BUNDLED_CAPTURE), ...more,
  }), createLogger('test', 'silent'))
  try {
    await vi.waitFor(async () => expect(((await role.status()) as Status).isFinished).toBe(true), { timeout: 60_000, interval: 50 })
    return await role.status() as Status
  } finally {
    await role.stop()
  }
}

describe('a detector that asks the shipped models', () => {
  test('publishes what it publishes without them, and says what they would have flagged', async () => {
    const alone = await statusOf({ shadowModels: false })
    const asked = await statusOf({ transport: { kind: 'embedded', path: join(folder, 'other-topics') } })
    expect(alone.pipeline.published).toBeGreaterThan(0)
    expect(asked.pipeline.published).toBe(alone.pipeline.published)
    expect(alone.models).toBeUndefined()
    expect(asked.models?.map(({ name }) => name)).toEqual([...SHIPPED_MODELS])
    for (const { judged, fired, domain, stage } of asked.models ?? []) {
      expect(judged).toBeGreaterThan(1000)
      // The lab's network is none that they were trained on.
      expect({ fired, domain, stage }).toEqual({ fired: 0, domain: 'outside', stage: 'shadow' })
    }
  }, 120_000)
})

test('a detector with workers publishes and counts what it does without', async () => {
  const alone = await statusOf({})
  const shared = await statusOf({ workers: 2, transport: { kind: 'embedded', path: join(folder, 'other-topics') } })
  expect(shared.pipeline).toEqual(alone.pipeline)
  expect(shared.models).toEqual(alone.models)
}, 120_000)
