/** Every released shape of every event stays readable: frozen entries by version, and a whole log as it was on disk. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bytesToHex } from '../domain/bytes.js'
import { EVENT_TYPES, type EventType } from '../domain/events/schema.js'
import { newestVersion } from '../domain/events/upcast.js'
import { EVIDENCE_KINDS } from '../domain/evidence/evidence.js'
import { asPosition } from '../domain/ids.js'
import { merkleRoot } from '../domain/merkle.js'
import { TX_KINDS } from '../domain/transaction.js'
import { VERDICTS } from '../domain/verdict/verdict.js'
import { packageFile } from '../platform/package-root.js'
import { openEmbeddedLog } from './embedded/index.js'
import { openKurrentLog } from './kurrent/index.js'
import type { RecordedEvent, StreamAppend } from './log.js'
import { decodeRecord, encodedIn, recordBytes } from './record.js'
import { noteEvent } from './testing/events.js'
import { startTestServer } from './testing/server/index.js'

const folder = packageFile('eventlog', 'fixtures')
const entriesOf = (name: string): Buffer[] => readFileSync(join(folder, name), 'utf8').trim().split('\n').map((line) => Buffer.from(line))
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
const entries = files.flatMap(entriesOf)
const first = entriesOf('entries-v1.jsonl')
const CHAIN = '9414886b1ebf025db067a4cbd13a0903fbd9733a5372bba1b58bd72c1699b798'

type Data = { readonly [field: string]: unknown }
const NULLABLE = [
  'claimedId', 'origin', 'producerId', 'anomalyType', 'source', 'severity', 'confidence', 'detectedAtSeconds', 'contentHash', 'modelVersion', 'signScheme',
]

describe('frozen entries', () => {
  test('are there for every version of every event type, and are read', () => {
    const frozen = new Set(entries.map((bytes) => `${encodedIn(bytes).type} ${encodedIn(bytes).version}`))
    const due = EVENT_TYPES.flatMap((type) => Array.from({ length: newestVersion(type) }, (_, i) => `${type} ${i + 1}`))
    expect(due.filter((one) => !frozen.has(one))).toEqual([])
    for (const bytes of entries) expect(decodeRecord(bytes).event.type).toBe(encodedIn(bytes).type)
  })

  test('of version 1 have every field that may be absent or null, every way there is, and are written as they were', () => {
    const one = entries.map((bytes) => encodedIn(bytes)).filter(({ version }) => version === 1)
    const dataOf = (type: EventType): readonly Data[] => one.filter((encoded) => encoded.type === type).map(({ data }) => data as Data)
    const valuesOf = (all: readonly Data[], field: string): unknown[] => [...new Set(all.map((data) => data[field]))].sort()
    const kindsOf = (all: readonly Data[], field: string): unknown[] => valuesOf(all.map((data) => data[field] as Data), 'kind')
    expect(kindsOf(dataOf('AnomalyAdmitted'), 'by')).toEqual(['block', 'receipt'])
    expect(kindsOf(dataOf('AnomalyRejected'), 'by')).toEqual(['execution', 'receipts'])
    expect(valuesOf(dataOf('OperatorActionRecorded'), 'result')).toEqual(['failure', 'success'])
    const published = dataOf('AnomalyPublished')
    for (const field of NULLABLE) expect([field, published.some((data) => data[field] === null), published.some((data) => data[field] !== null)]).toEqual([field, true, true])
    const reports = dataOf('ReportRecorded')
    expect([kindsOf(reports, 'outcome'), valuesOf(reports, 'signScheme')]).toEqual([['applied', 'failed'], ['v1', 'v2']])
    const verdicts = reports.flatMap((data) => (data.verdict === undefined ? [] : [data.verdict as Data]))
    expect(valuesOf(verdicts, 'verdict')).toEqual([...VERDICTS].sort())
    for (const field of ['duplicateOf', 'notes', 'supersedes']) expect([field, new Set(verdicts.map((data) => data[field] !== undefined))]).toEqual([field, new Set([true, false])])
    const blocks = dataOf('BlockCommitted')
    expect(new Set(blocks.map((data) => data.failedLeaders !== undefined))).toEqual(new Set([true, false]))
    const transactions = blocks.flatMap((data) => data.transactions as Data[])
    expect(new Set(transactions.map((tx) => tx.bytes !== undefined))).toEqual(new Set([true, false]))
    expect([valuesOf(transactions, 'kind'), valuesOf(transactions, 'status')]).toEqual([[...TX_KINDS].sort(), ['failed', 'success']])
    expect(kindsOf(transactions.filter((tx) => tx.evidence !== undefined), 'evidence')).toEqual([...EVIDENCE_KINDS].sort())
    for (const bytes of entries.filter((entry) => encodedIn(entry).version === newestVersion(encodedIn(entry).type))) {
      expect(Buffer.from(recordBytes(decodeRecord(bytes))).toString()).toBe(bytes.toString())
    }
  })
})

describe('a log on disk that the first version wrote', () => {
  let path: string
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'cybermesh-v1-'))
    writeFileSync(join(path, 'data.mdb'), gunzipSync(readFileSync(join(folder, 'log-v1', 'data.mdb.gz'))))
  })
  afterEach(() => rmSync(path, { recursive: true, force: true }))

  test('is opened and read by this one, byte for byte, with the audit root it had', async () => {
    const log = await openEmbeddedLog(path, { chainId: CHAIN, create: false })
    const read = await log.readEntries({ from: asPosition(0), limit: 100 })
    expect(read.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(first.map(String))
    expect(bytesToHex(merkleRoot(read.map(({ bytes }) => bytes)))).toBe('7ee39692d9b61fd740d80dfae3b3f86f739d92b13188400ef9622f79d44ce6b2')
    expect(await log.lastRevision('chain')).toBe(Math.max(...first.map((bytes) => decodeRecord(bytes)).filter(({ stream }) => stream === 'chain').map(({ revision }) => revision)))
    await log.close()
  })

  test('knows what it has when it is told again, and goes on', async () => {
    const log = await openEmbeddedLog(path, { chainId: CHAIN })
    for (const recorded of first.map((bytes) => decodeRecord(bytes))) {
      expect((await log.append([againOf(recorded)])).kind).toBe('already-there')
    }
    expect(await log.append([{ stream: 'operator', expected: 'any', events: [noteEvent('new')] }])).toMatchObject({ kind: 'appended', events: [{ position: first.length }] })
    await log.close()
  })

  test('has the same entries on a server', async () => {
    const server = await startTestServer()
    const log = await openKurrentLog({ url: server.url, chainId: CHAIN })
    for (const recorded of first.map((bytes) => decodeRecord(bytes))) expect((await log.append([againOf(recorded)])).kind).toBe('appended')
    const read = await log.readEntries({ from: asPosition(0), limit: 100 })
    expect(read.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(first.map(String))
    await log.close()
    server.stop()
  })
})

const againOf = ({ stream, revision, id, event }: RecordedEvent): StreamAppend =>
  ({ stream, expected: revision === 0 ? 'none' : revision - 1, events: [{ id, event }] })
