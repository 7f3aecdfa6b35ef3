import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OPERATOR_STREAM } from '../../eventlog/log.js'
import { createHarness, type Harness } from '../../eventlog/recorder/testing/harness.js'
import { startOpsServer, type OpsServer } from '../shared/ops-server.js'
import { sendOperatorActions } from '../shared/send-operator-action.js'
import { operatorRoute } from './operator-route.js'

const TOKEN = 'ab'.repeat(32)
const ACTION = { actor: 'alice', action: 'export', resource: 'calibration', result: 'success', reason: '', fields: { rows: '5' } } as const

describe('operator actions over HTTP', () => {
  let harness: Harness
  let server: OpsServer
  beforeEach(async () => {
    harness = await createHarness()
    server = await startOpsServer({ host: '127.0.0.1', port: 0, status: () => ({}), routes: [operatorRoute(TOKEN, harness.start().actions)] })
  })
  afterEach(async () => {
    await server.close()
    await harness.destroy()
  })
  const recorded = async () => (await harness.eventsOf(OPERATOR_STREAM)).filter(({ event }) => event.type === 'OperatorActionRecorded' && event.data.actor === 'alice')
  const post = async (body: string, token = TOKEN): Promise<{ status: number; answer: Record<string, unknown> }> => {
    const response = await fetch(`${server.url}/operator-actions`, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })
    return { status: response.status, answer: await response.json() as Record<string, unknown> }
  }

  test('are in the log at the position that is answered, once for an id', async () => {
    const action = { ...ACTION, id: randomUUID() }
    const actions = sendOperatorActions(server.url, TOKEN)
    const position = await actions.record(action)
    expect(await actions.record(action)).toBe(position)
    expect(await recorded()).toMatchObject([{ position, event: { data: ACTION } }])
  })

  test('need the token', async () => {
    for (const token of ['', 'wrong', TOKEN.slice(1), `${TOKEN}0`]) expect((await post(JSON.stringify({ ...ACTION, id: randomUUID() }), token)).status).toBe(401)
    await expect(sendOperatorActions(server.url, 'wrong').record({ ...ACTION, id: randomUUID() })).rejects.toMatchObject({ code: 'NOT_RECORDED' })
    expect(await recorded()).toEqual([])
  })

  test('that are wrong name their field, and too large ones are not read', async () => {
    expect(await post('not json')).toMatchObject({ status: 400, answer: { field: 'body' } })
    expect(await post('null')).toMatchObject({ status: 400, answer: { field: 'action' } })
    expect(await post(JSON.stringify({ ...ACTION, id: 'x' }))).toMatchObject({ status: 400, answer: { field: 'id' } })
    expect(await post(JSON.stringify({ ...ACTION, id: randomUUID(), extra: 1 }))).toMatchObject({ status: 400 })
    expect((await post('x'.repeat(600 * 1024))).status).toBe(413)
    const id = randomUUID()
    await post(JSON.stringify({ ...ACTION, id }))
    expect(await post(JSON.stringify({ ...ACTION, id, reason: 'another' }))).toMatchObject({ status: 409, answer: { field: 'id' } })
    expect((await recorded()).length).toBe(1)
  })

  test('are said to be not recorded where no recorder answers', async () => {
    await server.close()
    await expect(sendOperatorActions(server.url, TOKEN).record({ ...ACTION, id: randomUUID() })).rejects.toMatchObject({ code: 'NOT_RECORDED', message: expect.stringContaining('ECONNREFUSED') as string })
    server = await startOpsServer({ host: '127.0.0.1', port: 0, status: () => ({}) })
  })
})
