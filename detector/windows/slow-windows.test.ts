import { describe, expect, it } from 'vitest'
import { addToFlow, newFlowTable } from '../flows/flow-table.js'
import { ACK, PSH, SYN } from '../sources/records.js'
import { answer, flowRecord, packet } from '../testing/traffic.js'
import { SLOW_CHECK_MS, addLongRecord, newSlowWindows, takeSlowWindows } from './slow-windows.js'

/** A live connection that sent `clientBytes` of a request and got `serverBytes` back. */
function live(clientBytes: number, serverBytes: number): ReturnType<typeof newFlowTable> {
  const table = newFlowTable()
  const syn = packet({ tcpFlags: SYN })
  for (const one of [syn, answer(syn, { tcpFlags: SYN | ACK, timeMs: 1 }), packet({ tcpFlags: PSH | ACK, payloadBytes: clientBytes, timeMs: 2 })]) addToFlow(table, one)
  if (serverBytes > 0) addToFlow(table, answer(syn, { tcpFlags: ACK, payloadBytes: serverBytes, timeMs: 3 }))
  return table
}

function check(table: ReturnType<typeof newFlowTable>, atMs: number): ReturnType<typeof takeSlowWindows> {
  const windows = newSlowWindows()
  takeSlowWindows(windows, [], atMs - SLOW_CHECK_MS)
  return takeSlowWindows(windows, table.open.values(), atMs)
}

describe('slow windows', () => {
  it('count an old connection whose request is begun and not answered', () => {
    expect(check(live(200, 0), 8000)).toMatchObject([{ target: '10.0.0.2', port: 80, halfIdle: 1, sources: 1, clientBytes: 200 }])
  })

  it('do not count connections that are young, answered, silent or busy uploading', () => {
    expect(check(live(200, 0), 4000)).toEqual([])
    expect(check(live(200, 500), 8000)).toEqual([])
    expect(check(live(0, 0), 8000)).toEqual([])
    expect(check(live(20_000, 0), 8000)).toEqual([])
  })

  it('look only every five seconds', () => {
    const windows = newSlowWindows()
    const table = live(200, 0)
    expect(takeSlowWindows(windows, table.open.values(), 10_000)).toEqual([])
    expect(takeSlowWindows(windows, table.open.values(), 14_999)).toEqual([])
    expect(takeSlowWindows(windows, table.open.values(), 15_000)).toHaveLength(1)
  })

  it('count long flow records while they last', () => {
    const windows = newSlowWindows()
    takeSlowWindows(windows, [], 0)
    addLongRecord(windows, flowRecord({ endMs: 30_000, backwardBytes: 0, sourcePort: 1 }))
    addLongRecord(windows, flowRecord({ endMs: 4000, backwardBytes: 0, sourcePort: 2 }))
    expect(takeSlowWindows(windows, [], 10_000)).toMatchObject([{ halfIdle: 1 }])
    expect(takeSlowWindows(windows, [], 30_000)).toEqual([])
  })
})
