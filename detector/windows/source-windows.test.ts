import { describe, expect, it } from 'vitest'
import { addToFlow, newFlowTable } from '../flows/flow-table.js'
import { ACK, SYN } from '../sources/records.js'
import { answer, flowRecord, packet } from '../testing/traffic.js'
import { MAX_ATTEMPTS, addAttempt, newSourceWindows, takeSourceWindows } from './source-windows.js'

describe('source windows', () => {
  it('count ports tried on one host, hosts tried on one port, and services really used', () => {
    const windows = newSourceWindows()
    for (let i = 0; i < 30; i++) addAttempt(windows, flowRecord({ destinationPort: 1000 + i, backwardBytes: 0 }))
    for (let i = 0; i < 10; i++) addAttempt(windows, flowRecord({ destination: `10.0.9.${i}`, destinationPort: 445, backwardBytes: 0 }))
    for (let i = 0; i < 20; i++) addAttempt(windows, flowRecord({ destinationPort: 443, sourcePort: i }))
    expect(takeSourceWindows(windows, 1000)).toMatchObject([{
      source: '10.0.0.1', attempts: 60, unused: 40, mostPorts: { host: '10.0.0.2', ports: 30 },
      mostHosts: { port: 445, hosts: 10 }, mostUsed: { host: '10.0.0.2', port: 443, connections: 20 },
    }])
  })

  it('forget attempts older than a minute and are silent when nothing is new', () => {
    const windows = newSourceWindows()
    for (let i = 0; i < 20; i++) addAttempt(windows, flowRecord({ destinationPort: i, startMs: i * 5000 }))
    expect(takeSourceWindows(windows, 30_000)).toHaveLength(1)
    expect(takeSourceWindows(windows, 30_000)).toEqual([])
    addAttempt(windows, flowRecord({ destinationPort: 99, startMs: 1_000_000 }))
    expect(takeSourceWindows(windows, 1_000_000)).toEqual([])
  })

  it('see what a live flow became after it was counted as an attempt', () => {
    const windows = newSourceWindows()
    const table = newFlowTable()
    for (let i = 0; i < 20; i++) {
      const syn = packet({ sourcePort: i, tcpFlags: SYN })
      const flow = addToFlow(table, syn)
      if (flow !== undefined) addAttempt(windows, flow)
      for (const next of [answer(syn, { tcpFlags: SYN | ACK }), packet({ ...syn, tcpFlags: ACK, payloadBytes: 9 }), answer(syn, { tcpFlags: ACK, payloadBytes: 90 })]) addToFlow(table, next)
    }
    expect(takeSourceWindows(windows, 100)).toMatchObject([{ attempts: 20, unused: 0 }])
  })

  it('do not take a connection caught in the middle for an attempt', () => {
    const windows = newSourceWindows()
    const table = newFlowTable()
    for (let i = 0; i < 20; i++) {
      const flow = addToFlow(table, packet({ sourcePort: i, tcpFlags: ACK }))
      if (flow !== undefined) addAttempt(windows, flow)
    }
    expect(takeSourceWindows(windows, 100)).toEqual([])
  })

  it('hold a bounded number of attempts and count the rest', () => {
    const windows = newSourceWindows()
    for (let i = 0; i < MAX_ATTEMPTS + 10; i++) addAttempt(windows, flowRecord({ destinationPort: i }))
    expect(windows.attemptsDropped).toBe(MAX_ATTEMPTS / 4)
  })
})
