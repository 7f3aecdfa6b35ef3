import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OperatorAction } from '../operator-actions.js'
import { OPERATOR_STREAM } from '../log.js'
import { createHarness, type Harness } from './testing/harness.js'

const action = (changes: Partial<OperatorAction> = {}): OperatorAction =>
  ({ id: randomUUID(), actor: 'alice', action: 'rebuild', resource: 'blocks', result: 'success', reason: 'after a fix', fields: { seconds: '1.5' }, ...changes })

describe('operator actions', () => {
  let harness: Harness
  beforeEach(async () => { harness = await createHarness() })
  afterEach(() => harness.destroy())
  const recorded = async () => (await harness.eventsOf(OPERATOR_STREAM)).filter(({ event }) => event.type === 'OperatorActionRecorded' && event.data.action !== 'recorder.start')

  test('are in the log with the time of the recorder when their position is told', async () => {
    const given = action()
    const position = await harness.start().actions.record(given)
    const { id: _id, ...said } = given
    expect(await recorded()).toMatchObject([{ position, event: { type: 'OperatorActionRecorded', data: { ...said, at: harness.time.now } } }])
  })

  test('told twice are one event, also much later and by another recorder', async () => {
    const given = action()
    const first = harness.start()
    const [one, two] = await Promise.all([first.actions.record(given), first.actions.record(given)])
    await Promise.all(Array.from({ length: 40 }, () => first.actions.record(action())))
    harness.time.now += 60_000
    await harness.stop()
    await harness.dropIndex()
    const again = await harness.start().actions.record(given)
    expect([two, again]).toEqual([one, one])
    expect((await recorded()).length).toBe(41)
  })

  test('with the id of another are refused, and the recorder goes on', async () => {
    const recorder = harness.start()
    const given = action()
    await recorder.actions.record(given)
    await expect(recorder.actions.record({ ...given, result: 'failure' })).rejects.toMatchObject({ code: 'OPERATOR_ACTION', fault: 'conflict', field: 'id' })
    await recorder.actions.record(action())
    expect((await recorded()).length).toBe(2)
  })

  test('that are malformed name the field and leave no trace', async () => {
    const recorder = harness.start()
    await expect(recorder.actions.record(action({ actor: 'a\u0000' }))).rejects.toMatchObject({ fault: 'malformed', field: 'actor' })
    await expect(recorder.actions.record(action({ fields: { 'no good': 'x' } }))).rejects.toMatchObject({ field: 'fields.no good' })
    expect(await recorded()).toEqual([])
  })

  test('wait for their turn among messages', async () => {
    const recorder = harness.start()
    const told = Array.from({ length: 50 }, () => recorder.actions.record(action()))
    const positions = await Promise.all(told)
    expect(new Set(positions).size).toBe(50)
    expect([...positions].sort((a, b) => a - b)).toEqual((await recorded()).map(({ position }) => position))
  })

  test('are refused by a recorder that could not start', async () => {
    const recorder = harness.start({ log: { ...harness.log, readAll: () => { throw new Error('no log') } } })
    await expect(recorder.actions.record(action())).rejects.toThrow('no log')
  })
})
