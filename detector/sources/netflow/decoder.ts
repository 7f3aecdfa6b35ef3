/**
 * Datagrams of NetFlow v5, v9 and IPFIX into flows of one or both directions. Synchronous and without a socket, so that
 * whatever may come can be tried on it. It never throws: what is wrong is said by fault, and what stood before is taken.
 */
import { boundedMap, type BoundedMap } from '../../windows/bounded-map.js'
import { provenanceFor, type ProvenanceOf } from '../provenance.js'
import type { Skipped } from '../records.js'
import { createDomain, readSet, type Domain, type WaitingSet } from './domain.js'
import type { DatagramFault } from './faults.js'
import type { ExportTime, RawFlow } from './raw-flow.js'
import { readTemplates } from './templates.js'
import { readV5Header, readV5Records, V5_HEADER_BYTES } from './v5.js'

export type Decoded = {
  readonly items: (RawFlow | Skipped)[]
  fault: DatagramFault | undefined
  /** Records that were lost before it, by its sequence number; of v9, datagrams. */
  lost: number
  /** Sets without a template that were given up to make room. */
  undecoded: number
}

export type FlowDecoder = {
  /** @param exporter its address */
  decode(exporter: string, datagram: Buffer): Decoded
  /** Observation domains that are known, and their templates. */
  readonly size: { readonly domains: number; readonly templates: number }
}

/** An exporter has a handful; more come from whoever makes them up. */
export const MAX_DOMAINS = 256

const V9_HEADER_BYTES = 20
const IPFIX_HEADER_BYTES = 16
const SET_HEADER_BYTES = 4
const FIRST_DATA_SET = 256

type Known = { readonly domain: Domain; readonly provenanceOf: ProvenanceOf }

export function createFlowDecoder({ nowMs = Date.now }: { readonly nowMs?: () => number } = {}): FlowDecoder {
  const domains: BoundedMap<string, Known> = boundedMap(MAX_DOMAINS)

  function domainOf(exporter: string, format: 'netflow-v5' | 'netflow-v9' | 'ipfix', id: number): Known {
    const key = `${exporter}|${format}|${id}`
    const found = domains.get(key)
    if (found !== undefined) return found
    const made = { domain: createDomain(nowMs), provenanceOf: provenanceFor(format, `${exporter}/${id}`) }
    domains.set(key, made)
    return made
  }

  return {
    get size() {
      return { domains: domains.size, templates: [...domains.values()].reduce((sum, { domain }) => sum + domain.templates.size, 0) }
    },
    decode(exporter, datagram) {
      const decoded: Decoded = { items: [], fault: undefined, lost: 0, undecoded: 0 }
      const version = datagram.length >= 2 ? datagram.readUInt16BE(0) : undefined
      if (version === 5) decodeV5(decoded, datagram, (engine) => domainOf(exporter, 'netflow-v5', engine))
      else if (version === 9) decodeV9(decoded, datagram, (id) => domainOf(exporter, 'netflow-v9', id))
      else if (version === 10) decodeIpfix(decoded, datagram, (id) => domainOf(exporter, 'ipfix', id))
      else decoded.fault = 'UNKNOWN_VERSION'
      return decoded
    },
  }
}

function decodeV5(into: Decoded, datagram: Buffer, known: (engine: number) => Known): void {
  if (datagram.length < V5_HEADER_BYTES) return void (into.fault = 'CUT_HEADER')
  const header = readV5Header(datagram)
  const { domain, provenanceOf } = known(header.engine)
  const flows = readV5Records(datagram, header, provenanceOf)
  into.lost = domain.sequence.take(header.sequence, [header.count])
  into.items.push(...flows)
  if (flows.length < header.count) into.fault = 'CUT_RECORDS'
}

function decodeV9(into: Decoded, datagram: Buffer, known: (id: number) => Known): void {
  if (datagram.length < V9_HEADER_BYTES) return void (into.fault = 'CUT_HEADER')
  const time = { uptimeMs: datagram.readUInt32BE(4), exportMs: datagram.readUInt32BE(8) * 1000 }
  const { domain, provenanceOf } = known(datagram.readUInt32BE(16))
  into.lost = domain.sequence.take(datagram.readUInt32BE(12), [1])
  decodeSets(into, datagram.subarray(V9_HEADER_BYTES), 'v9', domain, time, provenanceOf)
}

function decodeIpfix(into: Decoded, datagram: Buffer, known: (id: number) => Known): void {
  if (datagram.length < IPFIX_HEADER_BYTES) return void (into.fault = 'CUT_HEADER')
  const length = datagram.readUInt16BE(2)
  if (length < IPFIX_HEADER_BYTES || length > datagram.length) return void (into.fault = 'CUT_HEADER')
  const time = { uptimeMs: undefined, exportMs: datagram.readUInt32BE(4) * 1000 }
  const { domain, provenanceOf } = known(datagram.readUInt32BE(12))
  const records = decodeSets(into, datagram.subarray(IPFIX_HEADER_BYTES, length), 'ipfix', domain, time, provenanceOf)
  // Its number counts the data records before it, so what could not be read leaves the next one without a measure.
  into.lost = domain.sequence.take(datagram.readUInt32BE(8), records)
}

const SETS = { v9: { templates: 0, options: 1 }, ipfix: { templates: 2, options: 3 } } as const

/** Returns how many data records there were, with options and without; undefined where some could not be read. */
function decodeSets(into: Decoded, sets: Buffer, version: 'v9' | 'ipfix', domain: Domain, time: ExportTime, provenanceOf: ProvenanceOf): readonly number[] | undefined {
  let records = 0
  let ofOptions = 0
  let areAllRead = true
  const read = (set: WaitingSet): void => {
    const template = domain.template(set.templateId)
    if (template === undefined) {
      areAllRead = false
      into.undecoded += domain.wait(set)
      return
    }
    const result = readSet(domain, template, set, provenanceOf)
    into.items.push(...result.items)
    records += result.records
    if (template.isOptions) ofOptions += result.records
    if (!result.isWhole) {
      areAllRead = false
      into.fault ??= 'CUT_RECORD'
    }
  }
  for (let at = 0; sets.length - at >= SET_HEADER_BYTES;) {
    const id = sets.readUInt16BE(at)
    const length = sets.readUInt16BE(at + 2)
    if (length < SET_HEADER_BYTES || length > sets.length - at) {
      // Some exporters fill up with zeros behind the last set.
      if (id !== 0 || length !== 0) into.fault ??= 'BAD_SET_LENGTH'
      areAllRead = false
      break
    }
    const bytes = sets.subarray(at + SET_HEADER_BYTES, at + length)
    at += length
    if (id >= FIRST_DATA_SET) read({ templateId: id, bytes, time })
    else if (id === SETS[version].templates || id === SETS[version].options) {
      const found = readTemplates(bytes, id === SETS[version].options ? `${version}-options` : version)
      if (!found.isWhole) into.fault ??= 'BAD_TEMPLATE'
      domain.forget(found.withdrawn)
      for (const set of domain.learn(found.templates)) read(set)
    }
  }
  return areAllRead ? [records, records - ofOptions] : undefined
}
