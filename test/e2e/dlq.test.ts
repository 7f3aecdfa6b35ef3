import { randomBytes, randomUUID } from 'node:crypto'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LetterDocument } from '../../cli/dlq/describe.js'
import type { LetterList } from '../../cli/dlq/render.js'
import type { ReplayLine } from '../../cli/dlq/run-replay.js'
import type { LedgerReport } from '../../cli/doctor/check-ledger.js'
import type { FullLedger } from '../../cli/doctor/full-ledger.js'
import { utf8ToBytes } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import { asAnomalyId } from '../../domain/ids.js'
import { encodeAnomaly } from '../../domain/message/anomaly.js'
import { signAnomaly } from '../../domain/message/sign-anomaly.js'
import { openEmbeddedLog } from '../../eventlog/embedded/index.js'
import { readTopic } from '../../ingest/index.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { TOPICS, type Transport } from '../../ingest/transport/transport.js'
import { createSigner } from '../../platform/crypto/ed25519.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import { cybermesh, startUp, statusOf, temporaryFolder, until, type Running, type Up } from '../support/mesh.js'

/** From refusal over repair to commit, as an operator goes that way. */
describe('dead letters', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  let up: Up
  let running: Running
  let transport: Transport
  let producer: Signer

  const signedBy = (signer: Signer, id: string, tsSeconds: number): Uint8Array => encodeAnomaly(signAnomaly({
    id: asAnomalyId(id), type: 'ddos', source: 'dlq', severity: 5, confidence: 0.5, tsSeconds,
    payload: utf8ToBytes(JSON.stringify({ severity: 5, confidence: 0.5, salt: id })), modelVersion: 'test', nonce: new Uint8Array(randomBytes(16)),
  }, signer, 'v2'))
  const dlq = <T>(...args: string[]): { code: number; answer: T } => {
    const { code, stdout, stderr } = cybermesh('dlq', ...args, '--data', data, '--json')
    if (stdout === '') throw new Error(stderr)
    return { code, answer: JSON.parse(stdout) as T }
  }
  const list = (...args: string[]): LetterList => dlq<LetterList>('list', ...args).answer
  const replay = (...args: string[]) => dlq<{ replayed: readonly ReplayLine[] }>('replay', ...args)
  const copiesOf = async (origin: string): Promise<number> => {
    let copies = 0
    await readTopic(transport, TOPICS.anomalies.name, ({ headers }) => { if (headers['replay_of'] === origin) copies += 1 })
    return copies
  }

  beforeAll(async () => {
    up = startUp(data)
    running = await up.ready()
    producer = readKeyFile(join(data, 'keys', 'detector-0.key.json'))
    transport = await openEmbeddedTransport(join(data, 'topics'))
  }, 200_000)
  afterAll(async () => {
    await transport?.close().catch(() => undefined)
    up?.child.kill('SIGKILL')
    folder.remove()
  })

  const early = randomUUID()
  const seconds = Math.floor(Date.now() / 1000)

  test('list names every refused message once, with its place and reason, signed by the recorder', async () => {
    // A clock that runs ahead: one message can be let in soon, when the test has looked at it, the other much later.
    const soon = Math.floor(Date.now() / 1000) + 300 + 25
    const values = [signedBy(producer, early, soon), signedBy(producer, randomUUID(), seconds + 3600), signedBy(createSigner(new Uint8Array(randomBytes(32))), randomUUID(), seconds), Uint8Array.of(1, 2, 3)]
    await transport.send(values.map((value) => ({ topic: TOPICS.anomalies.name, partition: 2, key: producer.publicKey, value, headers: { trace: 'abc' } })))
    await until('all are refused', async () => Number((await statusOf(running, 'recorder'))['rejected']) >= values.length, 60_000)
    await until('all have a letter', async () => (await transport.endOffsets(TOPICS.deadLetters.name))[0]?.offset === values.length, 30_000)
    const { letters, copies, unreadable } = list()
    expect([copies, unreadable]).toEqual([0, []])
    expect(letters.map(({ code }) => code).sort()).toEqual(['MALFORMED', 'SKEW', 'SKEW', 'UNKNOWN_PRODUCER'])
    for (const letter of letters) expect(letter).toMatchObject({ signed: true, topic: TOPICS.anomalies.name, partition: 2 })
    expect(list('--reason', 'SKEW').letters).toHaveLength(2)
    expect(list('--topic', 'another').letters).toEqual([])
  }, 120_000)

  const letterOf = (code: string, id?: string): LetterDocument => {
    const found = list('--reason', code).letters.map(({ letter }) => dlq<LetterDocument>('show', letter).answer)
    return found.find(({ message }) => id === undefined || message?.['id'] === id) as LetterDocument
  }

  test('show gives the message, why it was refused and what to do', () => {
    expect(letterOf('SKEW', early)).toMatchObject({
      why: expect.stringContaining('SKEW: ts') as string, headers: { trace: 'abc' }, replayedTo: null,
      message: { id: early, type: 'ddos', producerName: 'detector-0' }, lives: [{ anomalyId: early, state: 'REJECTED' }],
    })
    expect(letterOf('MALFORMED')).toMatchObject({ message: null, head: '010203', forecast: expect.stringContaining('would be refused again') as string })
    expect(letterOf('UNKNOWN_PRODUCER')).toMatchObject({ advice: expect.stringContaining('put its key on the list') as string })
  }, 120_000)

  test('replay holds back what would be refused again, and says until when', () => {
    const { code, answer } = replay(letterOf('UNKNOWN_PRODUCER').letter)
    expect([code, answer.replayed]).toMatchObject([1, [{ outcome: 'held-back', sentence: expect.stringContaining('not on the allow-list') as string }]])
    expect(cybermesh('dlq', 'replay', '99', '--data', data).stderr).toContain('no dead letter at 99')
  }, 60_000)

  test('replay brings a message whose time has come to COMMITTED under its own id, once', async () => {
    const { letter, topic, partition, offset } = letterOf('SKEW', early)
    await until('its time has come', () => dlq<LetterDocument>('show', letter).answer.forecast.startsWith('can be replayed'), 60_000)
    const { answer } = replay('--reason', 'SKEW')
    expect(answer.replayed).toMatchObject([{ letter, outcome: 'sent', sentence: expect.stringContaining(`${early} is COMMITTED`) as string }, { outcome: 'held-back' }])
    expect(replay(letter)).toMatchObject({ code: 0, answer: { replayed: [{ outcome: 'committed', at: null }] } })
    expect(await copiesOf(`${topic}/${partition}/${offset}`)).toBe(1)
    expect(dlq<LetterDocument>('show', letter).answer).toMatchObject({ replayedTo: expect.stringContaining(TOPICS.anomalies.name) as string, lives: [{ anomalyId: early, state: 'COMMITTED' }, {}] })
    // While messages flow nothing is taken for missing that is only on its way.
    expect(doctor(data).report.ledger).toMatchObject({ messages: { swallowed: [], invented: [] }, deadLetters: { missing: [], contradicted: [] } })
  }, 150_000)

  test('all of it works on the stopped folder too, and the books add up', async () => {
    await transport.close()
    await up.interrupt()
    expect(list().letters).toHaveLength(4)
    expect(replay('--reason', 'SKEW').answer.replayed.map(({ outcome }) => outcome)).toEqual(['committed', 'held-back'])
    // Sent anyway it waits in the topic for the next run, and is not sent again.
    const stranger = letterOf('UNKNOWN_PRODUCER').letter
    expect(replay(stranger, '--anyway').answer.replayed).toMatchObject([{ outcome: 'sent', sentence: expect.stringContaining('`cybermesh up`') as string }])
    expect(replay(stranger, '--anyway').answer.replayed).toMatchObject([{ outcome: 'before' }])
    const { code, report } = doctor(data)
    expect(code, JSON.stringify(report)).toBe(0)
    expect(report.ledger).toMatchObject({ messages: { unread: 1, swallowed: [], invented: [] }, deadLetters: { refused: 4, letters: 4, missing: [], contradicted: [] } })
    expect(report.ledger.messages.messages).toBe(report.ledger.messages.accounted + 1)
    const sum = (field: 'published' | 'committed'): number => report.ledger.hours.reduce((total, line) => total + line[field], 0)
    expect([sum('published'), sum('committed')]).toEqual([report.ledger.total.published, report.ledger.total.committed])
  }, 120_000)

  test('a log from which one event was taken, and a recorder that passed a message by, are found and named', async () => {
    const copy = join(folder.path, 'copy')
    cpSync(data, copy, { recursive: true })
    const found = await retell(join(data, 'eventlog'), join(copy, 'eventlog'), early)
    const topics = await openEmbeddedTransport(join(copy, 'topics'))
    const end = (await topics.endOffsets(TOPICS.anomalies.name))[2]?.offset as number
    const recorder = await topics.consume({ topics: [TOPICS.anomalies.name], group: 'recorder' })
    await recorder.commit([{ topic: TOPICS.anomalies.name, partition: 2, offset: end }])
    await topics.close()
    const { code, report } = doctor(copy)
    expect(code).toBe(1)
    expect(report.ledger.messages.swallowed).toEqual([`${TOPICS.anomalies.name}/2/${end - 1}`])
    expect(report.ledger.deadLetters.contradicted).toEqual([expect.stringContaining(`${early} was refused with SKEW`)])
    expect(found).toBe(1)
  }, 120_000)
})

type Ledger = Pick<LedgerReport, 'total'> & FullLedger

function doctor(data: string): { code: number; report: { ledger: Ledger; checks: readonly unknown[] } } {
  const { code, stdout } = cybermesh('doctor', '--ledger', '--data', data, '--json')
  return { code, report: JSON.parse(stdout) as { ledger: Ledger; checks: readonly unknown[] } }
}

/** The same history without the refusal of one anomaly, as a liar would tell it: without gaps. */
async function retell(from: string, to: string, anomalyId: string): Promise<number> {
  rmSync(to, { recursive: true })
  const [truth, lie] = [await openEmbeddedLog(from), await openEmbeddedLog(to)]
  let left = 0
  for await (const { id, stream, event } of truth.readAll()) {
    if (event.type === 'AnomalyRejected' && event.data.anomalyId === anomalyId) left += 1
    else await lie.append([{ stream, expected: 'any', events: [{ id, event }] }])
  }
  await truth.close()
  await lie.close()
  return left
}
