import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatCheckpoint, originOf } from '../audit/notes/checkpoint.js'
import { verifyInclusion } from '../audit/tree/inclusion.js'
import { ed25519NoteSigner, formatNote, signNote } from '../audit/notes/note.js'
import { openTreeWriter } from '../audit/publisher/tree-writer.js'
import { hexToBytes, utf8ToBytes } from '../domain/bytes.js'
import { sha256, sha256Hex } from '../domain/hash.js'
import { leafHash } from '../domain/merkle.js'
import { createSigner } from '../platform/crypto/ed25519.js'
import { anomalyId, published, SAMPLE } from '../projections/testing/sample-log.js'
import type { AuditProof } from './proofs.js'
import { startTestApi, type TestApi } from './testing/api.js'

const FIELDS = '{ index size entry leafHash path root checkpoint }'
let api: TestApi
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-proofs-'))
  api = await startTestApi({ auditFolder: folder })
})
afterAll(async () => {
  await api.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** As the recorder does, without witnesses. */
async function publish(): Promise<void> {
  const writer = await openTreeWriter(folder)
  while (await writer.advance(api.harness.log));
  const origin = originOf('ab'.repeat(32))
  const text = formatCheckpoint({ origin, size: writer.size, root: writer.root() })
  await writer.files.write([{ path: 'checkpoint', bytes: formatNote(text, [signNote(text, ed25519NoteSigner(origin, createSigner(sha256(utf8ToBytes('log')))))]) }])
}

const isProved = ({ entry, index, size, root, path }: AuditProof): boolean =>
  verifyInclusion({ leaf: leafHash(utf8ToBytes(entry)), index: BigInt(index), size: BigInt(size), root: hexToBytes(root), proof: path.map(hexToBytes) }).ok

const ask = async <T>(query: string): Promise<T> => {
  const { data, errors } = await api.ask(query)
  expect(errors).toBeUndefined()
  return data as T
}

describe('proofs', () => {
  test('are not there before a checkpoint', async () => {
    expect(await ask(`{ block(height: 1) { proof ${FIELDS} } }`)).toEqual({ block: { proof: null } })
  })

  test('lead from an anomaly, a block and any event to the root that the checkpoint signs', async () => {
    await publish()
    const { anomaly, block, event } = await ask<Record<string, { proof: AuditProof; auditProof: AuditProof }>>(
      `{ anomaly(id: "${anomalyId('a')}") { proof ${FIELDS} } block(height: 2) { proof ${FIELDS} } event(position: 3) { type auditProof ${FIELDS} } }`)
    const proofs = [anomaly?.proof, block?.proof, event?.auditProof] as AuditProof[]
    const types = ['AnomalyCommitted', 'BlockCommitted', 'AnomalyPublished']
    expect(proofs.map(({ index }) => SAMPLE[index]?.type)).toEqual(types)
    expect(proofs.map(({ entry }) => (JSON.parse(entry) as { type: string }).type)).toEqual(types)
    for (const proof of proofs) {
      expect(isProved(proof)).toBe(true)
      expect(isProved({ ...proof, index: (proof.index + 1) % proof.size })).toBe(false)
      expect(proof.checkpoint).toContain(`\n${proof.size}\n${Buffer.from(proof.root, 'hex').toString('base64')}\n`)
    }
    const [, second] = await api.harness.log.readEntries({ from: 7 as never, limit: 2 })
    expect((JSON.parse(block?.proof.entry ?? '') as { entryHash: string }).entryHash).not.toBe(sha256Hex(second?.bytes as Uint8Array))
  })

  test('come later for what no checkpoint covers yet', async () => {
    await api.append(Array.from({ length: 600 }, (_, i) => published(`p-${i}`, 600 + i)), 5000)
    expect(await ask(`{ event(position: ${SAMPLE.length + 599}) { auditProof ${FIELDS} } }`)).toEqual({ event: { auditProof: null } })
    await publish()
    const { event } = await ask<{ event: { auditProof: AuditProof } }>(`{ event(position: ${SAMPLE.length + 599}) { auditProof ${FIELDS} } }`)
    expect([event.auditProof.size, isProved(event.auditProof)]).toEqual([SAMPLE.length + 600, true])
  })

  test('are never wrong: a damaged tile is an error', async () => {
    const tiles = readdirSync(join(folder, 'tile', '0'), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, 'tile', '0', name)).filter((path) => statSync(path).isFile())
    for (const path of tiles) {
      const bytes = readFileSync(path)
      bytes[1] = (bytes[1] ?? 0) ^ 1
      writeFileSync(path, bytes)
    }
    expect((await api.ask(`{ block(height: 1) { proof ${FIELDS} } }`)).errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR')
  })
})
