/** What the source and slow-connection windows need to know of a flow, live or read from a file. */
import type { Flow } from '../flows/flow.js'
import { payloadBytesOf } from '../sources/byte-layers.js'
import { TCP, type FlowRecord } from '../sources/records.js'

/** A live flow changes until it ends; a record is final. Either can be asked for its present state. */
export type AnyFlow = Flow | FlowRecord

export type Connection = {
  /** The source opened it: for TCP a SYN was seen, so flows caught in the middle do not count as attempts. */
  readonly opened: boolean
  readonly answered: boolean
  /** Both ends sent payload: a service was really used. */
  readonly conversed: boolean
  readonly clientBytes: number
  readonly serverBytes: number
  readonly startMs: number
  readonly lastMs: number
}

export const connectionOf = (flow: AnyFlow): Connection => 'kind' in flow ? ofRecord(flow) : ofLiveFlow(flow)

function ofLiveFlow(flow: Flow): Connection {
  const { forward, backward, flags } = flow
  const continued = flow.earlierTcpMs > 0
  return {
    opened: flow.protocol !== TCP || flags.syn > 0 || continued,
    answered: backward.packets > 0 && (flow.protocol !== TCP || flags.synAck > 0 || continued),
    conversed: forward.payloadBytes > 0 && backward.payloadBytes > 0,
    clientBytes: forward.payloadBytes, serverBytes: backward.payloadBytes,
    startMs: flow.startMs - flow.earlierTcpMs, lastMs: flow.lastMs,
  }
}

function ofRecord(record: FlowRecord): Connection {
  const { forward: clientBytes, backward: serverBytes } = payloadBytesOf(record)
  return {
    opened: record.protocol !== TCP || record.synPackets === undefined || record.synPackets > 0,
    answered: record.backwardPackets > 0,
    conversed: clientBytes > 0 && serverBytes > 0,
    clientBytes, serverBytes,
    startMs: record.startMs, lastMs: record.endMs,
  }
}
