/**
 * One flow's bytes at the layer that is asked for. Exporters count at three layers: a 40-byte SYN is 0 bytes of payload,
 * 40 of IP and 60 of an Ethernet frame with its padding. What an exporter counted is passed on as it is; the other
 * layers are estimated from it and the packets, and the record's `byteLayer` says which it was.
 */
import { TCP, type FlowRecord } from './records.js'

type BothWays = { readonly forward: number; readonly backward: number }

/** Headers and padding of an average packet: taken off where the exporter counts frames or IP packets. */
const OVERHEAD_BYTES = { payload: 0, ip: 52, frame: 70 } as const
const ETHERNET_HEADER_BYTES = 14
const TCP_HEADER_BYTES = 20
const OTHER_HEADER_BYTES = 8

/** Bytes of IP packets, their headers included. */
export function ipBytesOf(record: FlowRecord): BothWays {
  const { forwardBytes, backwardBytes, forwardPackets, backwardPackets } = record
  switch (record.byteLayer) {
    case 'ip': return { forward: forwardBytes, backward: backwardBytes }
    case 'frame': return {
      forward: Math.max(0, forwardBytes - ETHERNET_HEADER_BYTES * forwardPackets),
      backward: Math.max(0, backwardBytes - ETHERNET_HEADER_BYTES * backwardPackets),
    }
    case 'payload': {
      const headers = (record.source.includes(':') ? 40 : 20) + (record.protocol === TCP ? TCP_HEADER_BYTES : OTHER_HEADER_BYTES)
      return { forward: forwardBytes + headers * forwardPackets, backward: backwardBytes + headers * backwardPackets }
    }
  }
}

/** Bytes after the transport headers: exact where the exporter counts them, whatever else it counts. */
export function payloadBytesOf(record: FlowRecord): BothWays {
  const overhead = OVERHEAD_BYTES[record.byteLayer]
  return {
    forward: record.forwardPayloadBytes ?? Math.max(0, record.forwardBytes - overhead * record.forwardPackets),
    backward: record.backwardPayloadBytes ?? Math.max(0, record.backwardBytes - overhead * record.backwardPackets),
  }
}
