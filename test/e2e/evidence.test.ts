import { readFileSync, writeFileSync } from 'node:fs'
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LetterList } from '../../cli/dlq/render.js'
import type { ReportAnswer } from '../../cli/report/send-report.js'
import { utf8ToBytes } from '../../domain/bytes.js'
import { asAnomalyId } from '../../domain/ids.js'
import { encodeAnomaly } from '../../domain/message/anomaly.js'
import { signAnomaly } from '../../domain/message/sign-anomaly.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { TOPICS } from '../../ingest/transport/transport.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import { cybermesh, startUp, temporaryFolder, until, type Running, type Up } from '../support/mesh.js'

/** From a detection over evidence and verdicts to a label, as sensors, detectors and analysts go that way. */
describe('evidence and verdicts on a running mesh', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  const file = (name: string): string => join(folder.path, name)
  const key = (name: string): string => join(data, 'keys', `${name}.key.json`)
  const publicKeyOf = (name: string): string => Buffer.from(readKeyFile(key(name)).publicKey).toString('hex')
  const anomaly = randomUUID()
  let up: Up
  let running: Running

  const report = (...args: string[]): { code: number; answer: ReportAnswer } => {
    const { code, stdout, stderr } = cybermesh(...args, '--data', data, '--json', '--wait', '60')
    if (stdout === '') throw new Error(stderr)
    return { code, answer: JSON.parse(stdout) as ReportAnswer }
  }
  const judge = (id: string, verdict: string, by: string, ...more: string[]) => report('verdict', id, '--verdict', verdict, '--key', by, ...more)
  const submit = (...more: string[]) => report('evidence', 'submit', '--key', key('detector-0'), '--type', 'pcap', '--file', file('capture'), ...more)
  const ask = async <T>(query: string): Promise<T> => {
    const response = await fetch(`${running.api}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', connection: 'close' }, body: JSON.stringify({ query }) })
    const { data: found, errors } = await response.json() as { data: T; errors?: unknown }
    expect(errors).toBeUndefined()
    return found
  }
  type Judged = { anomaly: { state: string; verdicts: { id: string; verdict: string; supersededBy: string | null }[]; evidence: { type: string; custody: { actorId: string }[] }[] } | null }
  const judged = async () => (await ask<Judged>(`{ anomaly(id: "${anomaly}") { state verdicts { id verdict supersededBy } evidence { type custody { actorId } } } }`)).anomaly
  const labelled = async () => (await ask<{ calibrationRows: { nodes: { anomalyId: string; label: string | null }[] } }>('{ calibrationRows(first: 200) { nodes { anomalyId label } } }'))
    .calibrationRows.nodes.find(({ anomalyId }) => anomalyId === anomaly)?.label

  beforeAll(async () => {
    up = startUp(data)
    running = await up.ready()
    const producer = readKeyFile(key('detector-0'))
    const transport = await openEmbeddedTransport(join(data, 'topics'))
    await transport.send([{ topic: TOPICS.anomalies.name, key: producer.publicKey, value: encodeAnomaly(signAnomaly({
      id: asAnomalyId(anomaly), type: 'ddos', source: 'evidence', severity: 5, confidence: 0.5, tsSeconds: Math.floor(Date.now() / 1000),
      payload: utf8ToBytes(JSON.stringify({ severity: 5, confidence: 0.5, salt: anomaly })), modelVersion: 'test', nonce: new Uint8Array(randomBytes(16)),
    }, producer, 'v2')) }])
    await transport.close()
    await until('the anomaly is committed', async () => (await judged())?.state === 'COMMITTED', 60_000)
    writeFileSync(file('capture'), randomBytes(2000))
  }, 260_000)
  afterAll(() => {
    up?.child.kill('SIGKILL')
    folder.remove()
  })

  let first: string
  test('an analyst’s verdict is committed and becomes the label of the detection', async () => {
    const { code, answer } = judge(anomaly, 'true_positive', key('analyst-0'), '--notes', 'seen by hand')
    expect(answer).toMatchObject({ outcome: 'accepted', code: null })
    expect(code).toBe(0)
    first = answer.reportId
    await until('the verdict is in the read models', async () => (await judged())?.verdicts[0]?.id === first && await labelled() === 'true_positive', 30_000)
  }, 120_000)

  test('a second one changes nothing, unless it takes the place of the first', async () => {
    expect(judge(anomaly, 'false_positive', key('analyst-0'))).toMatchObject({ code: 1, answer: { outcome: 'failed', code: 'DUPLICATE' } })
    const { answer } = judge(anomaly, 'false_positive', key('analyst-0'), '--supersedes', first)
    expect(answer).toMatchObject({ outcome: 'accepted' })
    await until('the second one stands', async () => await labelled() === 'false_positive' && (await judged())?.verdicts[0]?.id === answer.reportId, 30_000)
    expect((await judged())?.verdicts).toMatchObject([{ verdict: 'FALSE_POSITIVE', supersededBy: null }, { id: first, supersededBy: answer.reportId }])
    await until('it is held against the detector', async () => (await ask<{ producers: { id: string; falsePositives: number }[] }>('{ producers { id falsePositives } }'))
      .producers.some(({ id, falsePositives }) => id === publicKeyOf('detector-0') && falsePositives === 1), 30_000)
  }, 120_000)

  test('a stranger’s verdict is refused, and so is one of a detector', () => {
    expect(cybermesh('keys', 'new', '--out', file('stranger.key.json')).code).toBe(0)
    for (const by of [file('stranger.key.json'), key('detector-0')]) expect(judge(anomaly, 'benign', by)).toMatchObject({ code: 1, answer: { outcome: 'refused', code: 'UNKNOWN_PRODUCER' } })
  }, 120_000)

  test('a verdict on what no block carries fails', () => {
    expect(judge(randomUUID(), 'benign', key('analyst-0'))).toMatchObject({ code: 1, answer: { outcome: 'failed', code: 'UNKNOWN_REFERENCE' } })
  }, 120_000)

  const handOver = (by: string, to: string, out: string, ...more: string[]) =>
    expect(cybermesh('evidence', 'hand-over', '--key', by, '--file', file('capture'), '--to', to, '--out', file(out), ...more)).toMatchObject({ code: 0 })

  test('evidence goes from hand to hand and is committed with its chain of custody', async () => {
    handOver(key('recorder-0'), publicKeyOf('analyst-0'), 'one.json')
    handOver(key('analyst-0'), publicKeyOf('detector-0'), 'two.json', '--custody', file('one.json'))
    expect(submit('--ref', anomaly, '--custody', file('two.json'))).toMatchObject({ code: 0, answer: { outcome: 'accepted' } })
    await until('it is in the read models', async () => (await judged())?.evidence.length === 1, 30_000)
    expect((await judged())?.evidence).toEqual([{ type: 'pcap', custody: ['recorder-0', 'analyst-0', 'detector-0'].map((name) => ({ actorId: publicKeyOf(name) })) }])
  }, 120_000)

  test('a chain of custody from which a link was taken is refused, with a dead letter that says so', async () => {
    handOver(key('recorder-0'), publicKeyOf('analyst-0'), 'three.json')
    handOver(key('analyst-0'), publicKeyOf('detector-0'), 'four.json', '--custody', file('three.json'))
    const whole = JSON.parse(readFileSync(file('four.json'), 'utf8')) as { chain: unknown[] }
    writeFileSync(file('broken.json'), JSON.stringify({ ...whole, chain: whole.chain.slice(1) }))
    const { code, answer } = submit('--ref', anomaly, '--custody', file('broken.json'))
    expect({ code, answer }).toMatchObject({ code: 1, answer: { outcome: 'refused', code: 'BROKEN_CUSTODY' } })
    const letters = () => (JSON.parse(cybermesh('dlq', 'list', '--reason', 'BROKEN_CUSTODY', '--data', data, '--json').stdout) as LetterList).letters
    await until('it has a dead letter', () => letters().length === 1, 30_000)
    expect(letters().map(({ topic, partition, offset, signed }) => [`${topic}/${partition}/${offset}`, signed])).toEqual([[answer.origin, true]])
  }, 120_000)

  test('the books are right, and every read model is built again as it was', async () => {
    await up.interrupt()
    const doctor = cybermesh('doctor', '--ledger', '--data', data)
    expect(doctor, doctor.stdout).toMatchObject({ code: 0 })
    const { projections } = JSON.parse(cybermesh('rebuild', 'blocks', 'calibration', 'reputation', 'reports', '--data', data, '--json').stdout) as { projections: { name: string; equal: boolean }[] }
    expect(projections.map(({ name, equal }) => [name, equal])).toEqual([['blocks', true], ['calibration', true], ['reputation', true], ['reports', true]])
  }, 240_000)
})
