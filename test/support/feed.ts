/** Signed anomalies for a running mesh, sent with the key of its detector, and the small questions that soaks ask. */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { utf8ToBytes } from '../../domain/bytes.js'
import { asAnomalyId } from '../../domain/ids.js'
import { encodeAnomaly } from '../../domain/message/anomaly.js'
import { signAnomaly } from '../../domain/message/sign-anomaly.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { TOPICS } from '../../ingest/transport/transport.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import { statusOf, type Running } from './mesh.js'

export type Feed = { send(count: number): Promise<void>; close(): Promise<void> }

export async function openFeed(data: string): Promise<Feed> {
  const producer = readKeyFile(join(data, 'keys', 'detector-0.key.json'))
  const transport = await openEmbeddedTransport(join(data, 'topics'))
  const message = (): Uint8Array => encodeAnomaly(signAnomaly({
    id: asAnomalyId(randomUUID()), type: 'ddos', source: 'soak', severity: 5, confidence: 0.5, tsSeconds: Math.floor(Date.now() / 1000),
    payload: utf8ToBytes(JSON.stringify({ severity: 5, confidence: 0.5, salt: randomUUID() })), modelVersion: 'soak', nonce: new Uint8Array(randomBytes(16)),
  }, producer, 'v2'))
  return {
    send: (count) => transport.send(Array.from({ length: count }, () => ({ topic: TOPICS.anomalies.name, key: producer.publicKey, value: message() }))).then(() => undefined),
    close: () => transport.close(),
  }
}

/** One flow and then silence: `up --flows` with it runs a mesh that has nothing to do. */
export function writeQuietFlows(folder: string): string {
  const path = join(folder, 'quiet.json')
  const at = (second: number): string => `2026-01-01T00:00:0${second}.000000+0000`
  writeFileSync(path, `${JSON.stringify({
    timestamp: at(1), event_type: 'flow', src_ip: '10.0.0.1', src_port: 1234, dest_ip: '10.0.0.2', dest_port: 80, proto: 'TCP',
    flow: { pkts_toserver: 3, pkts_toclient: 2, bytes_toserver: 300, bytes_toclient: 200, start: at(0), end: at(1), state: 'closed', reason: 'timeout' },
  })}\n`)
  return path
}

export type Look = { readonly up: boolean; readonly height: number; readonly view: number; readonly viewChanges: number; readonly leader: string | undefined; readonly pid: number }

export const VALIDATORS = ['validator-0', 'validator-1', 'validator-2', 'validator-3', 'validator-4'] as const

/** What a validator says of itself; one that does not answer is down. */
export async function look(running: Running, name: string): Promise<Look> {
  try {
    const status = await statusOf(running, name, 1000)
    return {
      up: true, height: Number(status['committedHeight']), view: Number(status['view']), viewChanges: Number(status['viewChanges']),
      leader: status['leader'] as string | undefined, pid: Number(status['pid']),
    }
  } catch {
    return { up: false, height: 0, view: 0, viewChanges: 0, leader: undefined, pid: 0 }
  }
}

export const committed = async (running: Running): Promise<number> => Number((await statusOf(running, 'recorder'))['committed'])

/** Milliseconds of processor time that a process has used so far. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
  // Ticks of 10 ms: user and system time are fields 14 and 15 of the whole line.
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Prints the report, and ends with 1 where the bar was missed. */
export function conclude(report: { readonly ok: boolean }): never {
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  process.exit(report.ok ? 0 : 1)
}
