/** Who may send, and what has come from each: a number for everything that was received, lost or left out. */
import { BlockList, isIP } from 'node:net'
import { boundedMap } from '../../windows/bounded-map.js'
import type { DatagramFault } from './faults.js'

export type ExporterCounts = {
  datagrams: number
  records: number
  /** By the sequence numbers: records, of NetFlow v9 datagrams. */
  lost: number
  /** Sets that were given up because their template did not come. */
  undecoded: number
  /** Flows for which there was no room. */
  dropped: number
  readonly malformed: Partial<Record<DatagramFault, number>>
}

/** An allow-list of networks may have more exporters than anybody wants to look at. */
const MAX_EXPORTERS = 256

export type Exporters = {
  isAllowed(address: string): boolean
  of(address: string): ExporterCounts
  all(): Readonly<Record<string, ExporterCounts>>
}

/** @param allow addresses and networks like 192.0.2.0/24 */
export function createExporters(allow: readonly string[]): Exporters {
  const list = new BlockList()
  for (const entry of allow) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  const counts = boundedMap<string, ExporterCounts>(MAX_EXPORTERS)
  return {
    isAllowed: (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
    of(address) {
      const known = counts.get(address)
      if (known !== undefined) return known
      const made: ExporterCounts = { datagrams: 0, records: 0, lost: 0, undecoded: 0, dropped: 0, malformed: {} }
      counts.set(address, made)
      return made
    },
    all: () => Object.fromEntries(counts.entries()),
  }
}

/** Whether it is an address or a network, so that a configuration can be refused. */
export function isAddressOrNetwork(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32))
}
