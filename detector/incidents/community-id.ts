/**
 * Community ID v1 (github.com/corelight/community-id-spec): one name for a flow in Zeek, Suricata and here, whichever
 * end is named first.
 */
import { createHash } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { ICMP, ICMP_V6, TCP, UDP } from '../sources/records.js'

export type FiveTuple = {
  readonly protocol: number
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
  /** Of ICMP: type * 256 + code. */
  readonly icmpKind?: number
}

const SCTP = 132
/** Types of ICMP that answer each other; the others go one way, and their code stands where a port would. */
const ICMP_ANSWERS: ReadonlyMap<number, number> = new Map([[8, 0], [0, 8], [13, 14], [14, 13], [15, 16], [16, 15], [10, 9], [9, 10], [17, 18], [18, 17]])
const ICMP_V6_ANSWERS: ReadonlyMap<number, number> = new Map([[128, 129], [129, 128], [133, 134], [134, 133], [135, 136], [136, 135], [130, 131], [131, 130], [144, 145], [145, 144]])
const NO_SEED = Buffer.alloc(2)

/** Undefined where an address is none, or an ICMP flow does not say its type. */
export function communityIdOf(tuple: FiveTuple): string | undefined {
  const [source, destination] = [addressBytes(tuple.source), addressBytes(tuple.destination)]
  if (source === undefined || destination === undefined) return undefined
  const ports = portsOf(tuple)
  if (ports === 'unknown') return undefined
  const isOrdered = ports?.isOneWay === true || compare(source, destination, ports) <= 0
  const [first, second] = isOrdered ? [source, destination] : [destination, source]
  const hash = createHash('sha1').update(NO_SEED).update(first).update(second).update(Uint8Array.of(tuple.protocol, 0))
  if (ports !== undefined) {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt16BE(isOrdered ? ports.source : ports.destination, 0)
    bytes.writeUInt16BE(isOrdered ? ports.destination : ports.source, 2)
    hash.update(bytes)
  }
  return `1:${hash.digest('base64')}`
}

type Ports = { readonly source: number; readonly destination: number; readonly isOneWay: boolean }

function portsOf({ protocol, sourcePort, destinationPort, icmpKind }: FiveTuple): Ports | undefined | 'unknown' {
  if (protocol === TCP || protocol === UDP || protocol === SCTP) return { source: sourcePort, destination: destinationPort, isOneWay: false }
  if (protocol !== ICMP && protocol !== ICMP_V6) return undefined
  if (icmpKind === undefined) return 'unknown'
  const type = icmpKind >> 8
  const answer = (protocol === ICMP ? ICMP_ANSWERS : ICMP_V6_ANSWERS).get(type)
  return answer === undefined ? { source: type, destination: icmpKind & 0xff, isOneWay: true } : { source: type, destination: answer, isOneWay: false }
}

const compare = (a: Buffer, b: Buffer, ports: Ports | undefined): number => Buffer.compare(a, b) || (ports === undefined ? 0 : ports.source - ports.destination)

/** Of an address in canonical spelling. */
function addressBytes(address: string): Buffer | undefined {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  if (!address.includes(':')) return undefined
  const [head = '', tail] = address.split('::')
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const [before, after] = [groups(head), tail === undefined ? [] : groups(tail)]
  const missing = 8 - before.length - after.length
  const all = [...before, ...Array.from({ length: Math.max(0, missing) }, () => 0), ...after]
  if (all.length !== 8 || !all.every((group) => group >= 0 && group <= 0xffff)) return undefined
  const bytes = Buffer.alloc(16)
  for (const [i, group] of all.entries()) bytes.writeUInt16BE(group, i * 2)
  return bytes
}
