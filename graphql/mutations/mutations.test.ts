import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSigner } from '../../platform/crypto/ed25519.js'
import { sha256, sha256Hex } from '../../domain/hash.js'
import { utf8ToBytes } from '../../domain/bytes.js'
import { asAnomalyId, asPosition } from '../../domain/ids.js'
import { policyBytes, policyId } from '../../domain/policy/testing/policies.js'
import { encodeEvidenceMessage } from '../../domain/message/evidence-event.js'
import { signEvidence } from '../../domain/message/sign-evidence.js'
import { encodeVerdict } from '../../domain/verdict/verdict.js'
import { operatorActionSchema, type OperatorAction } from '../../eventlog/operator-actions.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { TOPICS, type Transport } from '../../ingest/transport/transport.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { createHarness, type ProjectionHarness } from '../../projections/testing/harness.js'
import { anomalyId, appendSample, SAMPLE } from '../../projections/testing/sample-log.js'
import { createJobs, executeQuery, type ApiSources, type Jobs } from '../index.js'

const OPERATOR = { name: 'olga', role: 'operator' } as const
let postgres: TestPostgres
let harness: ProjectionHarness
let transport: Transport
let folder: string
let sources: ApiSources & { jobs: Jobs }
let recorded: OperatorAction[]
let isTrailDown: boolean

beforeAll(async () => {
  postgres = await startTestPostgres()
  harness = await createHarness(postgres)
  await appendSample(harness.log)
  await harness.catchUp()
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-mutations-'))
  transport = await openEmbeddedTransport(folder)
})
// Work that a test began ends with it, so that its last entry is not told to the test after it.
afterEach(() => sources.jobs.close())
afterAll(async () => {
  await transport.close()
  rmSync(folder, { recursive: true, force: true })
  await harness.close()
  await postgres.stop()
})
beforeEach(() => {
  recorded = []
  isTrailDown = false
  const actions = {
    record: (action: OperatorAction) => {
      if (isTrailDown) return Promise.reject(new Error('the recorder is away'))
      recorded.push(operatorActionSchema.parse(action))
      return Promise.resolve(asPosition(0))
    },
  }
  sources = {
    sql: harness.sql, timelines: harness.timelines, log: harness.log, actions, report: () => undefined,
    jobs: createJobs({ log: harness.log, projections: harness.projections, actions, report: () => undefined }),
    submit: async (kind, key, value) => {
      const [place] = await transport.send([{ topic: (kind === 'verdict' ? TOPICS.evidence : TOPICS.policy).name, key, value }])
      if (place === undefined) throw new Error('nothing was sent')
      return place
    },
  }
})

type Result = { data: Record<string, Record<string, unknown>>; code: string | undefined; field: string | undefined }
async function run(query: string, variables: Record<string, unknown> = {}): Promise<Result> {
  const { data, errors } = await executeQuery(sources, query, variables, () => undefined, OPERATOR)
  const { code, field } = (errors?.[0]?.['extensions'] ?? {}) as { code?: string; field?: string }
  return { data: data as Result['data'], code, field }
}

const FIELDS = '{ id kind projection state code error position requestedBy startedAt endedAt version differences }'
async function ended(id: unknown): Promise<Record<string, unknown>> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const { data } = await run(`query ($id: ID!) { job(id: $id) ${FIELDS} }`, { id })
    if (data['job']?.['state'] !== 'RUNNING' || Date.now() > deadline) return data['job'] as Record<string, unknown>
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('work on read models', () => {
  test('is begun, followed to its end and told to the audit trail', async () => {
    const { data } = await run(`mutation { rebuild(projection: "blocks", reason: "weekly check") ${FIELDS} }`)
    expect(data['rebuild']).toMatchObject({ kind: 'REBUILD', projection: 'blocks', state: 'RUNNING', requestedBy: 'olga', code: null, endedAt: null })
    const id = data['rebuild']?.['id']
    expect(await ended(id)).toMatchObject({ state: 'SUCCEEDED', code: 'EQUAL', position: SAMPLE.length, error: null, differences: 0 })
    await sources.jobs.close()
    expect(recorded.map(({ actor, action, resource, result, reason }) => ({ actor, action, resource, result, reason }))).toEqual([
      { actor: 'olga', action: 'rebuild.start', resource: 'blocks', result: 'success', reason: 'weekly check' }, { actor: 'olga', action: 'rebuild.end', resource: 'blocks', result: 'success', reason: '' }])
    expect((await run('{ jobs { id } }')).data['jobs']).toEqual([{ id }])
    // What a rebuild put aside can be gone back to.
    const back = await run(`mutation { rollBack(projection: "blocks") ${FIELDS} }`)
    expect(await ended(back.data['rollBack']?.['id'])).toMatchObject({ kind: 'ROLL_BACK', state: 'SUCCEEDED' })
  })

  test('finds that a live version was wrong, and mends it', async () => {
    await harness.sql.query("UPDATE anomalies SET state = 'EXPIRED' WHERE anomaly_id = $1", [anomalyId('a')])
    const { data } = await run('mutation { rebuild(projection: "blocks") { id } }')
    expect(await ended(data['rebuild']?.['id'])).toMatchObject({ state: 'SUCCEEDED', code: 'DIFFERENT', differences: 1 })
    expect((await run(`{ anomaly(id: "${anomalyId('a')}") { state } }`)).data['anomaly']).toEqual({ state: 'COMMITTED' })
  })

  test('says with a code what cannot be done', async () => {
    const redrive = await run('mutation { redrive(projection: "audit") { id } }')
    expect(await ended(redrive.data['redrive']?.['id'])).toMatchObject({ state: 'SUCCEEDED', code: 'NO_DEAD_LETTERS' })
    const back = await run('mutation { rollBack(projection: "policies") { id } }')
    expect(await ended(back.data['rollBack']?.['id'])).toMatchObject({ state: 'FAILED', code: 'NO_PREVIOUS', error: expect.any(String) as string })
    expect(await run('mutation { rebuild(projection: "nothing") { id } }')).toMatchObject({ code: 'BAD_USER_INPUT', field: 'projection' })
    expect(await run('mutation { cancelJob(id: "nothing") { id } }')).toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' })
  })

  test('is taken on one at a time for a read model, two at most, and is cancelled', async () => {
    const [one, two, third] = await Promise.all(['blocks', 'blocks', 'audit'].map((name) => run(`mutation { rebuild(projection: "${name}") { id } }`)))
    expect([one?.code, two?.code, third?.code]).toEqual([undefined, 'BUSY', undefined])
    expect((await run('mutation { rebuild(projection: "counters") { id } }')).code).toBe('BUSY')
    await run('mutation ($id: ID!) { cancelJob(id: $id) { id } }', { id: one?.data['rebuild']?.['id'] })
    expect(await ended(one?.data['rebuild']?.['id'])).toMatchObject({ state: 'FAILED', code: 'CANCELLED' })
  })

  test('is not begun where it cannot be put on record', async () => {
    isTrailDown = true
    expect((await run('mutation { rebuild(projection: "blocks") { id } }')).code).toBe('UNAVAILABLE')
    expect(sources.jobs.list()).toEqual([])
  })

  test('is refused by an API that only reads', async () => {
    const { jobs: _jobs, submit: _submit, ...rest } = sources
    for (const query of ['mutation { rebuild(projection: "blocks") { id } }', `mutation { proposePolicy(message: "${Buffer.from(policyBytes(1)).toString('base64')}") { id } }`]) {
      const { errors } = await executeQuery(rest, query, {}, () => undefined, OPERATOR)
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'READ_ONLY' } })
    }
  })
})

describe('signed messages', () => {
  const signer = createSigner(sha256(utf8ToBytes('analyst')))
  const verdictBytes = (verdict: string, evidenceType = 'verdict'): Uint8Array => encodeEvidenceMessage(signEvidence({
    id: asAnomalyId('11111111-2222-4333-8444-555555555555'), evidenceType, refs: [], tsSeconds: 1_760_595_055, nonce: new Uint8Array(16),
    proofBlob: encodeVerdict({ anomalyId: anomalyId('a'), incidentId: 'incident', verdict } as Parameters<typeof encodeVerdict>[0]),
  }, signer))
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

  async function lastOf(topic: string): Promise<Uint8Array> {
    const consumer = await transport.consume({ topics: [topic], group: 'test' })
    const abort = new AbortController()
    try {
      for await (const batch of consumer.batches(abort.signal)) return (batch.at(-1) as { value: Uint8Array }).value
      throw new Error('nothing there')
    } finally {
      abort.abort()
      await consumer.close()
    }
  }

  test('are put onto their topics as they are', async () => {
    const verdict = verdictBytes('true_positive')
    expect((await run('mutation ($m: String!) { submitVerdict(message: $m) { id messageHash topic partition offset } }', { m: base64(verdict) })).data['submitVerdict'])
      .toEqual({ id: '11111111-2222-4333-8444-555555555555', messageHash: sha256Hex(verdict), topic: 'ai.evidence.v1', partition: 0, offset: 0 })
    expect(Buffer.compare(await lastOf('ai.evidence.v1'), verdict)).toBe(0)
    const policy = policyBytes(1)
    expect((await run('mutation ($m: String!) { proposePolicy(message: $m) { id topic } }', { m: base64(policy) })).data['proposePolicy']).toEqual({ id: policyId(1), topic: 'ai.policy.v1' })
    expect(Buffer.compare(await lastOf('ai.policy.v1'), policy)).toBe(0)
    expect(recorded.map(({ action }) => action)).toEqual(['submit.verdict', 'submit.policy'])
  })

  test.each([
    ['submitVerdict', ''], ['submitVerdict', 'not base64!'], ['submitVerdict', 'AAEC'], ['submitVerdict', base64(verdictBytes('maybe'))], ['submitVerdict', base64(verdictBytes('benign', 'pcap'))],
    ['submitVerdict', base64(policyBytes(1))], ['proposePolicy', base64(verdictBytes('benign'))], ['proposePolicy', 'A'.repeat(200_000)],
  ])('%s refuses what validators could not read', async (field, message) => {
    const before = await transport.endOffsets('ai.evidence.v1')
    expect(await run(`mutation ($m: String!) { ${field}(message: $m) { id } }`, { m: message })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'message' })
    expect(await transport.endOffsets('ai.evidence.v1')).toEqual(before)
  })
})
