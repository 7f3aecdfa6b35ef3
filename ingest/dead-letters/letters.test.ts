import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestNetwork, signerOf } from '../../eventlog/recorder/testing/network.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import { TOPICS, type Transport, type TransportRecord } from '../transport/transport.js'
import { deadLetterSinkOf } from './dead-letter-sink.js'
import { letterRecord, readLetter } from './letter.js'
import { readLetters } from './read-letters.js'
import { readTopic } from './read-topic.js'
import { letterOf, sinkOf, trustOf } from './testing/letters.js'

const network = createTestNetwork()
const trust = trustOf(network)

describe('dead letters', () => {
  const folder = temporaryFolder()
  let transport: Transport
  beforeEach(async () => { transport = await openEmbeddedTransport(join(folder.path, 'topics')) })
  afterEach(async () => {
    await transport.close()
    folder.remove()
  })

  it('carry place, reason, key, headers and bytes of the original, keyed by its place and signed by the recorder', async () => {
    const letter = letterOf(Buffer.from('as received'), 'SKEW', 17, { key: Buffer.from('k'), headers: { trace: 'é', a: '' } })
    await sinkOf(transport, network).send([letter])
    const records: TransportRecord[] = []
    await readTopic(transport, TOPICS.deadLetters.name, (record) => void records.push(record))
    expect(records).toMatchObject([{ headers: { original_topic: 'ai.anomalies.v1', original_partition: '1', original_offset: '17', error: 'SKEW', reason: expect.stringContaining('clock') as string } }])
    expect(Buffer.from(records[0]?.key ?? []).toString()).toBe('ai.anomalies.v1/1/17')
    const { letters, copies, unreadable } = await readLetters(transport, trust)
    expect([copies.size, unreadable.size]).toEqual([0, 0])
    expect(letters).toMatchObject([{ ...letter, bytes: new Uint8Array(Buffer.from('as received')), key: new Uint8Array(Buffer.from('k')), isSigned: true, place: { offset: 0 } }])
  })

  it('that are sent again are the same bytes, and count once', async () => {
    const letter = letterOf(Uint8Array.of(1), 'MALFORMED', 3)
    for (let run = 0; run < 3; run++) await sinkOf(transport, network).send([letter])
    const values: unknown[] = []
    await readTopic(transport, TOPICS.deadLetters.name, ({ key, value, headers }) => void values.push({ key, value, headers }))
    expect(values[1]).toEqual(values[0])
    const { letters, copies } = await readLetters(transport, trust)
    expect(letters).toHaveLength(1)
    expect([...copies.keys()]).toEqual(['ai.dlq.v1/0/1', 'ai.dlq.v1/0/2'])
  })

  it.each([
    ['code', { error: 'TOO_LARGE' }], ['place', { original_offset: '4' }], ['hash of the message', { message_hash: 'ab'.repeat(32) }],
    ['anomaly', { anomaly_id: '00000000-0000-4000-8000-000000000000' }], ['time', { refused_at: '5' }],
    ['key', { original_key: 'eHg=' }], ['headers', { original_headers: '{"x":"y"}' }], ['signature', { signature: '00'.repeat(64) }],
  ])('of which the %s was changed are not signed', (_what, change) => {
    const record = letterRecord(letterOf(Uint8Array.of(1), 'SKEW', 3, { key: Buffer.from('k'), headers: { trace: '1' } }), { signer: network.recorder, chainId: network.set.chainId })
    const read = (headers: TransportRecord['headers']) => readLetter({ ...record, partition: 0, offset: 0, timestampMs: 1, headers }, trust)
    expect(read(record.headers ?? {})).toMatchObject({ kind: 'letter', letter: { isSigned: true } })
    expect(read({ ...record.headers, ...change })).toMatchObject({ kind: 'letter', letter: { isSigned: false } })
  })

  it('of a stranger do not hide those of the recorder, whoever came first', async () => {
    const stranger = { signer: signerOf('stranger'), chainId: network.set.chainId }
    await deadLetterSinkOf(transport, stranger).send([letterOf(Uint8Array.of(2), 'REPLAY', 3)])
    await sinkOf(transport, network).send([letterOf(Uint8Array.of(1), 'SKEW', 3)])
    await deadLetterSinkOf(transport).send([letterOf(Uint8Array.of(2), 'REPLAY', 3)])
    expect((await readLetters(transport, trust)).letters).toMatchObject([{ code: 'SKEW', isSigned: true }])
  })

  it('that are none are named with the header at fault, and those after them are read', async () => {
    await transport.send([{ topic: TOPICS.deadLetters.name, key: Buffer.of(1), value: Buffer.of(1), headers: { error: 'TIRED' } }])
    await sinkOf(transport, network).send([letterOf(Uint8Array.of(1), 'SKEW', 3)])
    const { letters, unreadable } = await readLetters(transport, trust)
    expect([...unreadable]).toEqual([['ai.dlq.v1/0/0', 'error']])
    expect(letters).toHaveLength(1)
  })
})
