/** Reads a topic with clients that are not ours: Kafka's own console consumer, and kcat, which speaks through librdkafka. */
import { execFileSync } from 'node:child_process'
import { run } from '../../../scripts/kafka/install.js'
import type { TransportRecord } from '../../../ingest/transport/transport.js'

export type PrintedRecord = Omit<TransportRecord, 'timestampMs'>

export const hasKcat = ((): boolean => {
  try {
    execFileSync('kcat', ['-V'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const WITHIN_MS = 30_000
/** None of these three occurs in what Kafka prints of bytes, where all but visible ASCII is escaped. */
const FIELD = '\t'
const HEADER = '\r'
const BYTES = 'org.apache.kafka.common.serialization.BytesDeserializer'

/** @param count records to wait for */
export async function readWithConsoleConsumer(jars: string, address: string, topic: string, count: number): Promise<readonly PrintedRecord[]> {
  const print = Object.entries({
    'print.partition': 'true', 'print.offset': 'true', 'print.headers': 'true', 'print.key': 'true', 'print.value': 'true',
    'key.separator': FIELD, 'headers.separator': HEADER, 'key.deserializer': BYTES, 'value.deserializer': BYTES, 'headers.deserializer': BYTES,
  }).flatMap(([name, value]) => ['--property', `${name}=${value}`])
  const text = await run('java', ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', `${jars}/*`, 'org.apache.kafka.tools.consumer.ConsoleConsumer',
    '--bootstrap-server', address, '--topic', topic, '--from-beginning', '--max-messages', String(count), '--timeout-ms', String(WITHIN_MS), ...print])
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const [partition = '', offset = '', headers = '', key = '', value = ''] = line.split(FIELD)
    return {
      topic, partition: Number(partition.replace('Partition:', '')), offset: Number(offset.replace('Offset:', '')),
      headers: headersOf(headers === 'NO_HEADERS' ? [] : headers.split(HEADER), ':'), key: unescaped(key), value: unescaped(value),
    }
  })
}

/** What Kafka prints of bytes: visible ASCII as it is, the rest as `\xNN`. */
const unescaped = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\\x([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1'))

function headersOf(parts: readonly string[], between: string): Record<string, string> {
  return Object.fromEntries(parts.map((part) => {
    const at = part.indexOf(between)
    return [part.slice(0, at), Buffer.from(unescaped(part.slice(at + 1))).toString()]
  }))
}

/** @param login options of librdkafka, such as `security.protocol=SASL_SSL` */
export function readWithKcat(address: string, topic: string, count: number, login: readonly string[]): readonly PrintedRecord[] {
  // Lengths first, since keys and values are bytes of any kind.
  const out = execFileSync('kcat', ['-C', '-b', address, '-t', topic, '-o', 'beginning', '-c', String(count), '-m', String(WITHIN_MS / 1000), '-q', '-f', '%p %o %K %S\n%k%s%h\n', ...login.flatMap((option) => ['-X', option])],
    { timeout: WITHIN_MS, maxBuffer: 256 * 1024 * 1024 })
  const records: PrintedRecord[] = []
  for (let at = 0; at < out.length;) {
    const lengthsEnd = out.indexOf('\n', at)
    const [partition = 0, offset = 0, keyBytes = 0, valueBytes = 0] = out.subarray(at, lengthsEnd).toString().split(' ').map(Number)
    const keyAt = lengthsEnd + 1
    const valueAt = keyAt + keyBytes
    const headersAt = valueAt + valueBytes
    const end = out.indexOf('\n', headersAt)
    records.push({
      topic, partition, offset, key: new Uint8Array(out.subarray(keyAt, valueAt)), value: new Uint8Array(out.subarray(valueAt, headersAt)),
      headers: headersIn(out.subarray(headersAt, end).toString()),
    })
    at = end + 1
  }
  return records
}

/** kcat prints `name=value,name=value`, and values may hold commas: a new one begins where a name of ours does. */
function headersIn(text: string): Record<string, string> {
  return text === '' ? {} : Object.fromEntries(text.split(/,(?=[a-z_]+=)/).map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]))
}
