import { expect, test } from 'vitest'
import type { CommittedBlock } from '../../consensus/core/protocol.js'
import type { TxId } from '../../domain/ids.js'
import { recordPhase } from './recorder.js'

const phase = { name: 'p', workload: '', startAt: 1000, rate: 10, seconds: 1, drainMs: 0 }
const outside = { index: 0, viewChanges: 0, bytesSent: 0, height: 0, stateRoot: '' }
const blockOf = (...ids: string[]) => [{ block: { transactions: ids.map((id) => ({ id })) } }] as unknown as readonly CommittedBlock[]

test('a transaction that others commit before it is offered here is committed, not lost', () => {
  const recorder = recordPhase(phase, outside)
  recorder.offered('a' as TxId, 0)
  recorder.committed(blockOf('b', 'a'), 1120)
  expect(recorder.isSettled()).toBe(true)
  recorder.offered('b' as TxId, 1)
  expect(recorder.isSettled()).toBe(true)
  expect(recorder.finish(outside)).toMatchObject({ offered: 2, committed: 2, committedInTime: 2, latencyMs: Float64Array.of(120, 20) })
})

test('what is committed after the load counts as committed, but not in time', () => {
  const recorder = recordPhase(phase, outside)
  recorder.committed(blockOf('early'), 2100)
  recorder.offered('early' as TxId, 9)
  recorder.offered('late' as TxId, 9)
  recorder.offered('never' as TxId, 9)
  recorder.committed(blockOf('late'), 2200)
  expect(recorder.isSettled()).toBe(false)
  expect(recorder.finish(outside)).toMatchObject({ offered: 3, committed: 2, committedInTime: 0 })
})
