/**
 * Made-up traffic of a busy network, the same at every run: clients that open short connections to servers, written as
 * Suricata's EVE lines or as a capture. No attack is in it; a detector that found one would be measured publishing.
 */
import { appendFileSync, writeFileSync } from 'node:fs'

const CLIENTS = 4000
const SERVERS = 400
const STARTED_MS = Date.UTC(2026, 0, 1)
const LINES_A_WRITE = 5000

export type FlowOf = { readonly startMs: number; readonly client: string; readonly server: string; readonly clientPort: number; readonly serverPort: number; readonly isTcp: boolean }

/** @param perSecond of recorded time */
export function flowAt(index: number, perSecond: number): FlowOf {
  const client = mix(index) % CLIENTS
  const server = mix(index + 1_000_003) % SERVERS
  const isTcp = index % 3 !== 0
  return {
    startMs: STARTED_MS + Math.floor(index * 1000 / perSecond), client: `10.${20 + (client >> 8)}.${client & 255}.7`, server: `192.0.2.${server & 255}`,
    clientPort: 20_000 + index % 40_000, serverPort: isTcp ? 443 : 53, isTcp,
  }
}

/** A multiplicative hash: neighbours are far apart. */
const mix = (value: number): number => Math.imul(value, 0x9e3779b1) >>> 4

export function writeEve(path: string, flows: number, perSecond: number): void {
  writeFileSync(path, '')
  for (let from = 0; from < flows; from += LINES_A_WRITE) {
    const lines = Array.from({ length: Math.min(LINES_A_WRITE, flows - from) }, (_, i) => eveLine(flowAt(from + i, perSecond)))
    appendFileSync(path, `${lines.join('\n')}\n`)
  }
}

function eveLine({ startMs, client, server, clientPort, serverPort, isTcp }: FlowOf): string {
  const time = (ms: number): string => new Date(ms).toISOString().replace('Z', '000+0000')
  return JSON.stringify({
    timestamp: time(startMs + 250), flow_id: startMs * 64 + clientPort % 64, event_type: 'flow', src_ip: client, src_port: clientPort, dest_ip: server, dest_port: serverPort,
    proto: isTcp ? 'TCP' : 'UDP', app_proto: isTcp ? 'tls' : 'dns',
    flow: { pkts_toserver: 8, pkts_toclient: 9, bytes_toserver: 1200, bytes_toclient: 7400, start: time(startMs), end: time(startMs + 200), age: 0, state: isTcp ? 'closed' : 'established', reason: 'timeout', alerted: false },
    ...(isTcp ? { tcp: { tcp_flags: '1b', tcp_flags_ts: '1b', tcp_flags_tc: '1b', syn: true, fin: true, psh: true, ack: true, state: 'closed' } } : {}),
  })
}

const SYN = 0x02
const ACK = 0x10
const FIN = 0x01

/** Six packets a TCP connection, two a UDP one, in the order of time. */
export function writeCapture(path: string, flows: number, perSecond: number): { readonly packets: number } {
  const file: Buffer[] = [captureHeader()]
  let packets = 0
  const put = (timeMs: number, bytes: Buffer): void => {
    file.push(recordHeader(timeMs, bytes.length), bytes)
    packets += 1
  }
  for (let i = 0; i < flows; i++) {
    const { startMs, client, server, clientPort, serverPort, isTcp } = flowAt(i, perSecond)
    const toServer = (flags: number, payload: number): Buffer => frame(client, server, clientPort, serverPort, isTcp, flags, payload)
    const toClient = (flags: number, payload: number): Buffer => frame(server, client, serverPort, clientPort, isTcp, flags, payload)
    if (isTcp) {
      for (const bytes of [toServer(SYN, 0), toClient(SYN | ACK, 0), toServer(ACK, 60), toClient(ACK, 200), toServer(FIN | ACK, 0), toClient(FIN | ACK, 0)]) put(startMs, bytes)
    } else {
      put(startMs, toServer(0, 40))
      put(startMs, toClient(0, 120))
    }
  }
  writeFileSync(path, Buffer.concat(file))
  return { packets }
}

const MICROSECONDS = 0xa1b2c3d4
const ETHERNET = 1
function captureHeader(): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(MICROSECONDS, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65_535, 16)
  header.writeUInt32LE(ETHERNET, 20)
  return header
}

function recordHeader(timeMs: number, bytes: number): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(Math.floor(timeMs / 1000), 0)
  header.writeUInt32LE((timeMs % 1000) * 1000, 4)
  header.writeUInt32LE(bytes, 8)
  header.writeUInt32LE(bytes, 12)
  return header
}

function frame(source: string, destination: string, sourcePort: number, destinationPort: number, isTcp: boolean, flags: number, payload: number): Buffer {
  const transportBytes = isTcp ? 20 : 8
  const bytes = Buffer.alloc(14 + 20 + transportBytes + payload)
  bytes.writeUInt16BE(0x0800, 12)
  bytes[14] = 0x45
  bytes.writeUInt16BE(20 + transportBytes + payload, 16)
  bytes[22] = 64
  bytes[23] = isTcp ? 6 : 17
  bytes.set(source.split('.').map(Number), 26)
  bytes.set(destination.split('.').map(Number), 30)
  bytes.writeUInt16BE(sourcePort, 34)
  bytes.writeUInt16BE(destinationPort, 36)
  if (isTcp) {
    bytes[46] = 5 << 4
    bytes[47] = flags
  } else bytes.writeUInt16BE(8 + payload, 38)
  return bytes
}
