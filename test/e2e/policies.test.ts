import { randomBytes, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LetterList } from '../../cli/dlq/render.js'
import type { ReplayLine } from '../../cli/dlq/run-replay.js'
import type { PolicyList, SignedFile } from '../../cli/policy/render.js'
import type { Proposed } from '../../cli/policy/propose.js'
import { bytesToHex, utf8ToBytes } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import { asAnomalyId } from '../../domain/ids.js'
import { encodeAnomaly } from '../../domain/message/anomaly.js'
import { signAnomaly } from '../../domain/message/sign-anomaly.js'
import { openEmbeddedLog } from '../../eventlog/embedded/index.js'
import { readTopic } from '../../ingest/index.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { TOPICS, type Transport } from '../../ingest/transport/transport.js'
import { createSigner } from '../../platform/crypto/ed25519.js'
import { readKeyFile, writeKeyFile } from '../../platform/crypto/key-file.js'
import { cybermesh, startUp, temporaryFolder, until, type Up } from '../support/mesh.js'

/** A producer nobody knew, let in by a policy: its refused messages come in by a replay, each once. */
describe('policies', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  const edge = createSigner(new Uint8Array(randomBytes(32)))
  const ids = Array.from({ length: 3 }, () => randomUUID())
  let up: Up
  let transport: Transport
  let detector: Signer

  const anomaly = (signer: Signer, id: string): Uint8Array => encodeAnomaly(signAnomaly({
    id: asAnomalyId(id), type: 'ddos', source: 'edge', severity: 5, confidence: 0.5, tsSeconds: Math.floor(Date.now() / 1000),
    payload: utf8ToBytes(JSON.stringify({ severity: 5, confidence: 0.5, salt: id })), modelVersion: 'test', nonce: new Uint8Array(randomBytes(16)),
  }, signer, 'v2'))
  const publish = (signer: Signer, ...of: readonly string[]) =>
    transport.send(of.map((id) => ({ topic: TOPICS.anomalies.name, partition: 1, key: signer.publicKey, value: anomaly(signer, id) })))
  /** Its records in the topic, where the detector of the mesh writes meanwhile. */
  const sentByEdge = async (): Promise<number> => {
    let sent = 0
    await readTopic(transport, TOPICS.anomalies.name, ({ key }) => { if (bytesToHex(key) === bytesToHex(edge.publicKey)) sent += 1 })
    return sent
  }
  const run = <T>(...args: string[]): { code: number; answer: T } => {
    const { code, stdout, stderr } = cybermesh(...args, '--data', data, '--json')
    if (stdout === '') throw new Error(stderr)
    return { code, answer: JSON.parse(stdout) as T }
  }
  const propose = (...args: string[]) => run<Proposed>('policy', 'propose', ...args)
  const list = (): PolicyList => run<PolicyList>('policy', 'list').answer
  const addEdge = JSON.stringify({ producer: bytesToHex(edge.publicKey), name: 'edge' })

  beforeAll(async () => {
    up = startUp(data)
    await up.ready()
    detector = readKeyFile(join(data, 'keys', 'detector-0.key.json'))
    transport = await openEmbeddedTransport(join(data, 'topics'))
  }, 200_000)
  afterAll(async () => {
    await transport?.close().catch(() => undefined)
    up?.child.kill('SIGKILL')
    folder.remove()
  })

  test('nobody but an authority of genesis is heard, and nothing that says nonsense is sent', () => {
    const strangerKey = join(folder.path, 'stranger.key.json')
    writeKeyFile(strangerKey, randomBytes(32))
    const said = (...args: string[]): string => cybermesh('policy', 'propose', '--data', data, '--rule', 'producer', '--action', 'add', ...args).stderr
    expect(said('--key', strangerKey, '--params', addEdge)).toContain('no policy authority')
    expect(said('--params', '{"producer":"AB"}')).toContain('params.producer')
    expect(said('--params', addEdge, '--effective-height', '0')).toContain('effectiveHeight')
  }, 120_000)

  test('a stranger is refused, a policy lets it in, and a replay brings each of its messages to COMMITTED, once', async () => {
    await publish(edge, ...ids)
    const lettersOf = (): LetterList['letters'] => run<LetterList>('dlq', 'list', '--reason', 'UNKNOWN_PRODUCER').answer.letters
    await until('each has a dead letter', () => lettersOf().length === ids.length, 60_000)
    expect(run<{ replayed: readonly ReplayLine[] }>('dlq', 'replay', '--reason', 'UNKNOWN_PRODUCER').answer.replayed.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'held-back'))

    const { code, answer } = propose('--rule', 'producer', '--action', 'add', '--params', addEdge)
    expect([code, answer]).toMatchObject([0, { outcome: 'applied', sentence: expect.stringContaining('works from height') as string }])
    await until('the chain has reached its height', async () => {
      await publish(detector, randomUUID())
      return list().height >= answer.effectiveHeight
    }, 90_000)
    const { policies, rules } = list()
    expect(policies).toMatchObject([{ policyId: answer.policyId, state: 'in-force', authorityName: 'authority-0' }])
    expect(rules.producers.map(({ name }) => name)).toEqual(['detector-0', 'edge'])

    const { replayed } = run<{ replayed: readonly ReplayLine[] }>('dlq', 'replay', '--reason', 'UNKNOWN_PRODUCER').answer
    expect(replayed.map(({ outcome, sentence }) => [outcome, sentence.endsWith('is COMMITTED')])).toEqual(ids.map(() => ['sent', true]))
    const sent = await sentByEdge()
    expect(run<{ replayed: readonly ReplayLine[] }>('dlq', 'replay', '--reason', 'UNKNOWN_PRODUCER').answer.replayed.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'committed'))
    // Once when it was a stranger, once by the replay.
    expect([sent, await sentByEdge()]).toEqual([ids.length * 2, ids.length * 2])
  }, 240_000)

  test('what is published from then on comes in by itself, and the log holds every one of these once', async () => {
    const another = randomUUID()
    await publish(edge, another)
    const commits = async (): Promise<string[]> => {
      const log = await openEmbeddedLog(join(data, 'eventlog'), { create: false })
      const found: string[] = []
      for await (const { event } of log.readAll()) if (event.type === 'AnomalyCommitted') found.push(event.data.anomalyId)
      await log.close()
      return found.filter((id) => id === another || ids.includes(id as never))
    }
    await until('it is committed', async () => (await commits()).includes(another), 60_000)
    expect([...await commits()].sort()).toEqual([...ids, another].sort())
  }, 120_000)

  test('a policy is signed where there is no data folder, and sent from another machine while its time is near', () => {
    const file = join(folder.path, 'signed.policy')
    const sign = (...args: string[]) => cybermesh('policy', 'sign', '--key', join(data, 'keys', 'authority-0.key.json'), '--genesis', join(data, 'genesis.json'), '--out', file,
      '--rule', 'feature_flag', '--action', 'enable', '--params', '{"flag":"signed-apart"}', '--json', ...args)
    expect(sign('--effective-height', '+5').stderr).toContain('must be a height where a policy is signed apart from the mesh')
    expect(sign('--effective-height', '1').stderr).toContain('effectiveHeight')
    const effective = list().height + 50
    // Its time is an hour ago.
    expect(sign('--effective-height', String(effective), '--at', new Date(Date.now() - 3_600_000).toISOString()).code).toBe(0)
    expect(cybermesh('policy', 'send', file, '--data', data).stderr).toContain('sign it again')
    const signed = JSON.parse(sign('--effective-height', String(effective)).stdout) as SignedFile
    expect(signed).toMatchObject({ effectiveHeight: effective, file })
    expect(run<Proposed>('policy', 'send', file, '--wait', '60')).toMatchObject({ code: 0, answer: { policyId: signed.policyId, outcome: 'applied', effectiveHeight: effective } })
    expect(list().policies.find(({ policyId }) => policyId === signed.policyId)).toMatchObject({ state: 'pending', rule: 'feature_flag' })
    writeFileSync(file, 'no policy')
    expect(cybermesh('policy', 'send', file, '--data', data).stderr).toContain('is no signed policy')
  }, 180_000)
})
