import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AnomalyEvent, DomainEvent } from '../../domain/events/schema.js'
import { sha256Hex } from '../../domain/hash.js'
import type { Hex32 } from '../../domain/ids.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import { createTestNetwork, signerOf } from '../../eventlog/recorder/testing/network.js'
import { deadLetterSinkOf, openEmbeddedTransport, readLetters, TOPICS, type Transport } from '../../ingest/index.js'
import { trustOf } from '../dlq/open-letters.js'
import { admitted, anomalyId, at, expired, PRODUCER, published, rejected } from '../../projections/testing/sample-log.js'
import { checkHours } from './check-hours.js'
import { accountForLetters, judgeLetters } from './check-letters.js'
import { accountForMessages, judgeMessages, recorderMarks } from './check-messages.js'
import { createMessageBook } from './message-book.js'
import { entriesOf, judge } from './testing/entries.js'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const place = (offset: number) => ({ topic: TOPICS.anomalies.name, partition: 1, offset })
const hashOf = (name: string): Hex32 => sha256Hex(Buffer.from(name)) as Hex32
/** The message `name` lies at the offset of its place in NAMES. */
const read = (name: string, more: Parameters<typeof published>[2] = {}): DomainEvent =>
  published(name, 1, { origin: place(NAMES.indexOf(name)), messageHash: hashOf(name), ...more })

/** Six messages; two were refused, the last was seen in a block first. */
const LOG: readonly DomainEvent[] = [
  ...NAMES.slice(0, 5).map((name) => read(name)), admitted('a', 2), rejected('b', 2), rejected('c', 2), expired('a', 3), read('f', { origin: null }),
]
const without = (type: AnomalyEvent['type'], name: string): readonly DomainEvent[] =>
  LOG.filter((event) => event.type !== type || (event as AnomalyEvent).data.anomalyId !== anomalyId(name))

describe('the log against the topics', () => {
  const network = createTestNetwork()
  let folder: string
  let transport: Transport
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cybermesh-ledger-'))
    transport = await openEmbeddedTransport(join(folder, 'topics'))
    await transport.send(NAMES.map((name) => ({ ...place(0), key: Buffer.from('k'), value: Buffer.from(name) })))
    await readUpTo(NAMES.length)
    await refuse('b', 'INVALID_SIGNATURE')
    await refuse('c', 'INVALID_SIGNATURE')
  })
  afterEach(async () => {
    await transport.close()
    rmSync(folder, { recursive: true })
  })

  const refuse = (name: string, code: RejectCode, by = network.recorder): Promise<void> => deadLetterSinkOf(transport, { signer: by, chainId: network.set.chainId })
    .send([{ origin: place(NAMES.indexOf(name)), code, bytes: Buffer.from(name), messageHash: hashOf(name), anomalyId: anomalyId(name), at: at(2) }])
  async function readUpTo(offset: number): Promise<void> {
    const consumer = await transport.consume({ topics: [TOPICS.anomalies.name], group: 'recorder' })
    await consumer.commit([place(offset)])
    await consumer.close()
  }
  async function account(events: readonly DomainEvent[]) {
    const book = createMessageBook()
    const [once] = judge(book, entriesOf(events))
    const messages = await accountForMessages(transport, book, await recorderMarks(transport))
    const letters = accountForLetters(book, await readLetters(transport, trustOf(network.genesis)), new Map([[0, 100]]))
    return { once, messages, finding: judgeMessages(messages), letters, letterFindings: judgeLetters(letters) }
  }

  test('a whole log accounts for every message and every refusal', async () => {
    const { once, messages, finding, letters, letterFindings } = await account(LOG)
    expect([once?.level, finding.level, ...letterFindings.map(({ level }) => level)]).toEqual(['ok', 'ok', 'ok'])
    expect(messages).toMatchObject({ ends: { 0: 0, 1: 6, 2: 0 }, messages: 6, accounted: 6, unread: 0, gone: 0, onlyInBlocks: 0 })
    expect(letters).toMatchObject({ refused: 2, letters: 2, copies: 0, unsigned: 0 })
  })

  test('a message that was swallowed is named by topic, partition and offset', async () => {
    const { messages, finding } = await account(without('AnomalyPublished', 'd'))
    expect(messages.swallowed).toEqual(['ai.anomalies.v1/1/3'])
    expect(finding).toMatchObject({ level: 'fail', sentence: expect.stringContaining('the message at ai.anomalies.v1/1/3') as string })
  })

  test('what the recorder has not read yet is in flight, and not missing', async () => {
    await transport.send([{ ...place(0), key: Buffer.from('k'), value: Buffer.from('later') }])
    const { messages, finding } = await account(LOG)
    expect([finding.level, messages.unread, messages.swallowed]).toEqual(['ok', 1, []])
  })

  test('a block\'s lifecycle accounts for one message of its bytes and not for a copy of it', async () => {
    await transport.send([{ ...place(0), key: Buffer.from('k'), value: Buffer.from('f') }])
    await readUpTo(7)
    expect((await account(LOG)).messages.swallowed).toEqual(['ai.anomalies.v1/1/6'])
  })

  test('a refusal that was taken out of the log is named by its dead letter', async () => {
    const { letterFindings } = await account(without('AnomalyRejected', 'c'))
    expect(letterFindings).toMatchObject([{ level: 'fail', sentence: expect.stringContaining(`the dead letter 1 says that ${anomalyId('c')} was refused with INVALID_SIGNATURE, and the log holds no refusal`) as string }])
  })

  test('a refusal with another reason than its dead letter is named', async () => {
    const events = LOG.map((event) => (event.type === 'AnomalyRejected' ? { ...event, data: { ...event.data, code: 'SKEW' as const } } : event))
    expect((await account(events)).letters.contradicted).toHaveLength(2)
  })

  test('a message counted twice is named, and so is an anomaly published twice', async () => {
    const { once } = await account([...LOG, read('a', { anomalyId: anomalyId('other') }), read('b')])
    expect(once).toMatchObject({ level: 'fail', sentence: expect.stringContaining(`ai.anomalies.v1/1/0 is counted as ${anomalyId('a')} and as ${anomalyId('other')}; ${anomalyId('b')} is published again`) as string })
  })

  test('events of messages that are not in the topic, or are others, are named', async () => {
    const { messages, finding } = await account([...LOG.map((event) => (event.type === 'AnomalyPublished' && event.data.anomalyId === anomalyId('e') ? read('e', { messageHash: hashOf('x') }) : event)), read('a', { anomalyId: anomalyId('ghost'), origin: place(40) })])
    expect(messages.invented).toEqual([`${anomalyId('e')} speaks of other bytes than those at ai.anomalies.v1/1/4`, `${anomalyId('ghost')} speaks of a message at ai.anomalies.v1/1/40, where there is none`])
    expect(finding.level).toBe('fail')
  })

  test('a missing dead letter is a warning, a second copy counts once, a stranger\'s proves nothing', async () => {
    await refuse('b', 'INVALID_SIGNATURE')
    await refuse('a', 'SKEW', signerOf('stranger'))
    const { letters, letterFindings } = await account([...LOG, rejected('d', 5)])
    expect(letters).toMatchObject({ refused: 3, letters: 2, copies: 1, unsigned: 1, missing: [expect.stringContaining(anomalyId('d'))], contradicted: [] })
    expect(letterFindings.map(({ level }) => level)).toEqual(['warn', 'warn'])
  })
})

describe('the books by hour', () => {
  const HOUR_SECONDS = 3600
  const nameOf = (id: string): string => (id === PRODUCER ? 'edge' : 'unknown')

  test('count an anomaly in the hour in which it was published, whenever it ended', () => {
    const hours = checkHours(nameOf)
    expect(judge(hours, entriesOf([published('a', 1), published('b', HOUR_SECONDS), rejected('a', HOUR_SECONDS + 5), published('c', 2, { producerId: null })]))).toMatchObject([{ level: 'ok' }])
    expect(hours.lines().map(({ producer, published: count, rejected: refused, inFlight }) => [producer, count, refused, inFlight])).toEqual([['edge', 1, 1, 0], ['unknown', 1, 0, 1], ['edge', 1, 0, 1]])
    expect(hours.lines()[0]?.hour).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00Z$/)
  })

  test('name the hour and the producer that do not balance', () => {
    const [finding] = judge(checkHours(nameOf), entriesOf([published('a', 1), published('a', 2)]))
    expect(finding).toMatchObject({ level: 'fail', sentence: expect.stringContaining(':00Z edge: 2 published') as string })
  })
})
