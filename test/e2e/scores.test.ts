import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelCard } from '../../cli/policy/model-card.js'
import type { Proposed } from '../../cli/policy/propose.js'
import type { ModelsStatus } from '../../cli/shared/describe-models.js'
import { asAnomalyId } from '../../domain/ids.js'
import { encodeAnomaly } from '../../domain/message/anomaly.js'
import { signAnomaly } from '../../domain/message/sign-anomaly.js'
import type { ScoreClaim } from '../../domain/scoring/score-claim.js'
import { hashes, modelBytes, oneBitOff, withFeatureOff } from '../../domain/scoring/testing/known.js'
import { claimNumber, payloadWith } from '../../domain/scoring/testing/scored.js'
import { openEmbeddedLog } from '../../eventlog/embedded/index.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { TOPICS, type Transport } from '../../ingest/transport/transport.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import { cybermesh, startUp, temporaryFolder, until, type Up } from '../support/mesh.js'

/** Real validators that re-score: a detector of the allow-list that lies is refused by a quorum, an honest one is not. */
describe('claimed scores', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  const modelFile = join(folder.path, 'model.txt')
  let up: Up
  let transport: Transport

  const publish = async (claim: ScoreClaim): Promise<string> => {
    const id = randomUUID()
    const signer = readKeyFile(join(data, 'keys', 'detector-0.key.json'))
    const value = encodeAnomaly(signAnomaly({
      id: asAnomalyId(id), type: 'ddos', source: 'edge', severity: 7, confidence: 0.5, tsSeconds: Math.floor(Date.now() / 1000),
      payload: payloadWith(claim, { salt: id }), modelVersion: 'test', nonce: new Uint8Array(randomBytes(16)),
    }, signer, 'v2'))
    await transport.send([{ topic: TOPICS.anomalies.name, partition: 1, key: signer.publicKey, value }])
    return id
  }
  const propose = (action: string, params: object): Proposed => {
    const { code, stdout, stderr } = cybermesh('policy', 'propose', '--data', data, '--json', '--rule', 'model', '--action', action, '--params', JSON.stringify(params), '--effective-height', '+5s')
    if (code !== 0) throw new Error(stderr)
    return JSON.parse(stdout) as Proposed
  }
  /** A command blocks this process, and a connection that was kept open may be closed by then: asked again on a new one. */
  const asked = <T>(ask: () => Promise<T>): Promise<T> => ask().catch(ask)
  const modelsOf = async (name: string): Promise<ModelsStatus> => (await asked(() => up.status(name)))['models'] as ModelsStatus
  const healthOf = (name: string): Promise<Response> => asked(() => fetch(`${up.running().roles[name]}/health`))
  const validators = (): readonly string[] => Object.keys(up.running().roles).filter((name) => name.startsWith('validator'))
  const hereOf = async (name: string): Promise<string | undefined> => (await modelsOf(name)).registered[0]?.here
  const everyoneHas = async (here: string): Promise<boolean> => (await Promise.all(validators().map(hereOf))).every((found) => found === here)
  /** How each of them ended, by its id. */
  const fatesOf = async (ids: readonly string[]): Promise<Map<string, string>> => {
    const log = await openEmbeddedLog(join(data, 'eventlog'), { create: false })
    const fates = new Map<string, string>()
    for await (const { event } of log.readAll()) {
      if (event.type === 'AnomalyCommitted' && ids.includes(event.data.anomalyId)) fates.set(event.data.anomalyId, 'COMMITTED')
      if (event.type === 'AnomalyRejected' && ids.includes(event.data.anomalyId)) fates.set(event.data.anomalyId, event.data.code)
    }
    await log.close()
    return fates
  }

  beforeAll(async () => {
    writeFileSync(modelFile, modelBytes)
    up = startUp(data)
    await up.ready()
    transport = await openEmbeddedTransport(join(data, 'topics'))
  }, 200_000)
  afterAll(async () => {
    await transport?.close().catch(() => undefined)
    up?.child.kill('SIGKILL')
    folder.remove()
  })

  test('are not judged by validators without the model: they say what to put where, and find it there', async () => {
    const card = JSON.parse(cybermesh('policy', 'card', modelFile, '--json').stdout) as ModelCard
    expect(card).toMatchObject(hashes)
    expect(propose('add', { ...card, stage: 'canary', metrics: { auc: 0.99 } }).outcome).toBe('applied')
    await until('everybody misses it', () => everyoneHas('missing'), 60_000)
    const health = await healthOf('validator-0')
    expect([health.status, await health.text()]).toEqual([503, expect.stringContaining(`put the file with that SHA-256 into ${join(data, 'models')}`)])
    expect(cybermesh('doctor', '--data', data).stdout).toContain('it abstains from votes and receipts')
    mkdirSync(join(data, 'models'))
    writeFileSync(join(data, 'models', 'whatever.txt'), modelBytes)
    await until('everybody holds it', () => everyoneHas('held'), 60_000)
    expect((await healthOf('validator-0')).status).toBe(200)
  }, 240_000)

  test('are refused by f+1 of them, each lie with its code, and committed where they are honest', async () => {
    expect(propose('update', { registry: 'closed' }).outcome).toBe('applied')
    await until('the registry is closed', async () => (await modelsOf('validator-0')).registry === 'closed', 60_000)
    const expected = new Map([
      [await publish(claimNumber(1)), 'COMMITTED'],
      [await publish({ ...claimNumber(2), rawMargin: oneBitOff(claimNumber(2).rawMargin) }), 'SCORE_MISMATCH'],
      [await publish(withFeatureOff(claimNumber(3), 6)), 'SCORE_MISMATCH'],
      [await publish({ ...claimNumber(4), modelHash: 'ab'.repeat(32) }), 'UNKNOWN_MODEL'],
      [await publish(claimNumber(5)), 'COMMITTED'],
    ])
    const ids = [...expected.keys()]
    await until('all have ended', async () => (await fatesOf(ids)).size === ids.length, 90_000)
    expect(await fatesOf(ids)).toEqual(expected)
    const { stdout } = cybermesh('query', '{ rules { registry { isClosed models { modelHash stage goldenResult metrics { name value } } } } }', '--data', data)
    expect(JSON.parse(stdout)).toMatchObject({ data: { rules: { registry: { isClosed: true, models: [{ ...hashes, stage: 'canary', metrics: [{ name: 'auc', value: 0.99 }] }] } } } })
    for (const name of validators()) expect(await modelsOf(name)).toMatchObject({ mismatched: 2 })
  }, 240_000)
})
