import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newApiKey, startApi, type ApiServer } from '../index.js'
import { openSource, type ReceivedEvent, type Source } from '../testing/event-source.js'
import { startTestApi, type TestApi } from '../testing/api.js'
import { admitted, anomalyId, appendSample, block, committed, published, SAMPLE, VALIDATORS } from '../../projections/testing/sample-log.js'

type Event = Record<string, unknown> & { position: number }

let api: TestApi
let servers: ApiServer[] = []
beforeAll(async () => { api = await startTestApi() })
afterEach(async () => {
  for (const server of servers) await server.close()
  servers = []
})
afterAll(() => api.stop())

const valueOf = (received: ReceivedEvent): Event => Object.values((JSON.parse(received.data) as { data: Record<string, Event> }).data)[0] as Event

/** The next `count` events, then cuts the connection. */
async function take(source: Source, count: number): Promise<{ ids: (string | undefined)[]; values: Event[] }> {
  const taken: ReceivedEvent[] = []
  for await (const event of source.events) {
    taken.push(event)
    if (taken.length === count) break
  }
  source.cut()
  return { ids: taken.map(({ id }) => id), values: taken.map(valueOf) }
}

describe('a subscription', () => {
  test('gives what the log has from a position on, each event with the position to go on from as its id', async () => {
    const { ids, values } = await take(await openSource(api.api.url, 'subscription { events(after: 0) { position type stream at data } }'), SAMPLE.length)
    expect(ids).toEqual(SAMPLE.map((_, i) => String(i + 1)))
    expect(values.map(({ type }) => type)).toEqual(SAMPLE.map(({ type }) => type))
    expect(JSON.parse(values[2]?.['data'] as string)).toMatchObject({ anomalyId: anomalyId('a'), anomalyType: 'ddos' })
  })

  test('follows one life, or one state, with who signed and why', async () => {
    const life = await take(await openSource(api.api.url, 'subscription ($id: ID) { lifecycle(anomalyId: $id, after: 0) { position anomalyId state at reasonCode validatorIds blockHeight } }', { variables: { id: anomalyId('a') } }), 3)
    expect(life.values.map(({ state, validatorIds, blockHeight }) => [state, validatorIds, blockHeight])).toEqual([['PUBLISHED', [], null], ['ADMITTED', [VALIDATORS[0]], null], ['COMMITTED', [], 1]])
    const rejected = await take(await openSource(api.api.url, 'subscription { lifecycle(state: REJECTED, after: 0) { position anomalyId reasonCode validatorIds } }'), 1)
    expect(rejected.values).toMatchObject([{ anomalyId: anomalyId('b'), reasonCode: 'INVALID_SIGNATURE', validatorIds: VALIDATORS }])
  })

  test('begins now where no position is given, and shows the read model as it is with each event', async () => {
    const source = await openSource(api.api.url, 'subscription { blocks { position height txCount block { height transactions { anomaly { state } } } } }')
    const next = take(source, 1)
    await appendSample(api.harness.log, [published('live', 600), admitted('live', 601), block(4, ['live'], 602), committed('live', 4, 0, 602)], 1000)
    // The read models are still behind; the event waits for them.
    await api.harness.catchUp()
    const length = await api.harness.log.length()
    expect((await next).values).toEqual([{ position: length - 1, height: 4, txCount: 1, block: { height: 4, transactions: [{ anomaly: { state: expect.any(String) as string } }] } }])
  })

  test('tells with an id of its own how far it has looked where nothing was to be shown', async () => {
    const source = await openSource(api.api.url, 'subscription { lifecycle(state: EXPIRED, after: 0) { position } }')
    expect((await take(source, 1)).values).toHaveLength(1)
    const again = await openSource(api.api.url, 'subscription { lifecycle(state: REJECTED, after: 0) { position } }')
    const waiting = again.events.next().then(() => again.events.next())
    const deadline = Date.now() + 20_000
    while (Number(again.lastEventId() ?? 0) < SAMPLE.length && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve))
    expect(Number(again.lastEventId())).toBeGreaterThanOrEqual(SAMPLE.length)
    again.cut()
    await waiting
  })

  test.each([
    ['subscription { lifecycle(anomalyId: "me") { position } }', undefined, 'anomalyId'], ['subscription { events(after: 999999) { position } }', undefined, 'after'],
    ['subscription { events { position } }', 'seven', 'Last-Event-ID'], ['subscription { events { position } }', '999999', 'Last-Event-ID'],
  ])('%s from %s is refused', async (query, lastEventId, field) => {
    const source = await openSource(api.api.url, query, { lastEventId })
    expect(source.status).toBe(400)
    let body = ''
    for await (const chunk of source.response) body += String(chunk)
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', field } }] })
  })

  test('is refused as a plain query, and a query is answered as one event', async () => {
    expect((await api.ask('subscription { blocks { height } }')).errors?.[0]?.extensions.code).toBe('NEEDS_EVENT_STREAM')
    const source = await openSource(api.api.url, '{ logPosition }')
    const events = []
    for await (const event of source.events) events.push(event.event)
    expect(events).toEqual(['next', 'complete'])
  })
})

test('fifty forced disconnects under load: nothing is lost, nothing is doubled', async () => {
  const from = await api.harness.log.length()
  const total = 6000
  const writing = (async () => {
    for (let written = 0; written < total; written += 40) {
      await appendSample(api.harness.log, Array.from({ length: 40 }, (_, i) => published(`load-${written + i}`, 1000)), 100_000 + written)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  const seen: number[] = []
  let lastEventId: string | undefined = String(from)
  let cuts = 0
  while (seen.length < total) {
    const source = await openSource(api.api.url, 'subscription { events { position type } }', { lastEventId })
    // Cut after some events while more are on their way: what did not arrive whole comes again.
    const until = cuts < 50 ? 1 + (cuts * 37) % 113 : Infinity
    let taken = 0
    for await (const event of source.events) {
      seen.push(valueOf(event).position)
      taken += 1
      if (taken >= until || seen.length === total) break
    }
    source.cut()
    lastEventId = source.lastEventId()
    cuts += 1
  }
  await writing
  expect(cuts).toBeGreaterThan(50)
  expect(seen).toEqual(Array.from({ length: total }, (_, i) => from + i + 1))
})

describe('whoever subscribes', () => {
  const start = async (options: Partial<Parameters<typeof startApi>[0]>): Promise<ApiServer> => {
    const server = await startApi({ host: '127.0.0.1', port: 0, sources: api.sources, status: () => ({}), ...options })
    servers.push(server)
    return server
  }

  test('and reads too slowly is dropped with a sentence, and goes on where it was', async () => {
    const server = await start({ streamLimits: { patienceMs: 100, pingEveryMs: 10_000 } })
    const from = await api.harness.log.length()
    const message = Buffer.alloc(200_000, 1).toString('base64')
    await appendSample(api.harness.log, Array.from({ length: 60 }, (_, i) => published(`large-${i}`, 2000, { message })), 200_000)
    const query = `subscription { events(after: ${from}) { position data } }`
    const slow = await openSource(server.url, query)
    slow.response.pause()
    const deadline = Date.now() + 20_000
    const seen: number[] = []
    let why = ''
    await new Promise((resolve) => slow.response.socket.once('pause', resolve).setTimeout(1500, () => resolve(undefined)))
    for await (const event of slow.events) {
      const { data, errors } = JSON.parse(event.data) as { data?: { events: Event }; errors?: { extensions: { code: string } }[] }
      if (data !== undefined) seen.push(data.events.position)
      why = errors?.[0]?.extensions.code ?? why
      if (Date.now() > deadline) break
    }
    expect(why).toBe('SLOW_READER')
    expect(seen.length).toBeLessThan(60)
    const rest = await take(await openSource(server.url, query, { lastEventId: slow.lastEventId() }), 60 - seen.length)
    expect([...seen, ...rest.values.map(({ position }) => position)]).toEqual(Array.from({ length: 60 }, (_, i) => from + i + 1))
  })

  test('with a key that is revoked meanwhile is cut off', async () => {
    const { key, entry } = newApiKey('eve', 'viewer')
    let keys = [entry, newApiKey('other', 'viewer').entry]
    const server = await start({ access: { keys: () => keys }, streamLimits: { patienceMs: 1000, pingEveryMs: 20 } })
    const headers = { authorization: `Bearer ${key}` }
    expect((await openSource(server.url, 'subscription { events { position } }', { headers })).status).toBe(403)
    const source = await openSource(server.url, 'subscription { blocks { height } }', { headers })
    keys = keys.slice(1)
    const { value } = await source.events.next() as { value: ReceivedEvent }
    expect(JSON.parse(value.data)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    source.cut()
  })
})
