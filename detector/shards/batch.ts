/**
 * Records on their way to the workers: numbers in one block of shared memory that all of them read, and the few texts
 * beside it. What only trained models read of a record (`features`) stays with the reader, who has the record itself.
 */
import { boundedMap } from '../windows/bounded-map.js'
import { noFeatures, type ByteLayer, type FlowRecord, type Packet, type Provenance } from '../sources/records.js'
import type { Timed } from '../counting.js'

export type Batch = {
  readonly numbers: Float64Array
  readonly addresses: readonly string[]
  readonly provenances: readonly { readonly id: number; readonly provenance: Provenance }[]
  /** The recording ends after these records. */
  readonly ends: boolean
}

const PACKET = 0
const FLOW = 1
const TICK = 2
const FRAGMENTS: readonly Packet['fragment'][] = ['whole', 'first', 'later']
const LAYERS: readonly ByteLayer[] = ['payload', 'ip', 'frame']
const WORD_BYTES = Float64Array.BYTES_PER_ELEMENT

/** One for each run: it remembers which objects stand for one origin, which windows tell apart by identity. */
export function newEncoder(): (items: readonly Timed[], ends: boolean) => Batch {
  const ids = new WeakMap<Provenance, number>()
  let lastId = 0
  const idOf = (provenance: Provenance): number => {
    const known = ids.get(provenance)
    if (known !== undefined) return known
    ids.set(provenance, lastId += 1)
    return lastId
  }

  return (items, ends) => {
    const words: number[] = []
    const addresses = new Map<string, number>()
    const provenances = new Map<number, Provenance>()
    const at = (address: string): number => {
      const known = addresses.get(address)
      if (known !== undefined) return known
      addresses.set(address, addresses.size)
      return addresses.size - 1
    }
    const from = (provenance: Provenance | undefined): number => {
      if (provenance === undefined) return NaN
      const id = idOf(provenance)
      provenances.set(id, provenance)
      return id
    }
    for (const item of items) {
      switch (item.kind) {
        case 'packet': {
          words.push(PACKET, item.timeMs, at(item.source), at(item.destination), item.sourcePort, item.destinationPort, item.protocol, item.ipBytes,
            item.payloadBytes, item.headerBytes, item.tcpFlags, item.tcpWindow, item.icmpKind, FRAGMENTS.indexOf(item.fragment))
          break
        }
        case 'flow': {
          words.push(FLOW, item.startMs, item.endMs, at(item.source), at(item.destination), item.sourcePort, item.destinationPort, item.protocol,
            item.forwardPackets, item.backwardPackets, LAYERS.indexOf(item.byteLayer), item.forwardBytes, item.backwardBytes,
            item.synPackets ?? NaN, item.rstPackets ?? NaN, item.finPackets ?? NaN, item.tcpFlags ?? NaN,
            item.headerBytes?.[0] ?? NaN, item.headerBytes?.[1] ?? NaN, item.forwardDataPackets ?? NaN,
            item.forwardPayloadBytes ?? NaN, item.backwardPayloadBytes ?? NaN, from(item.provenance))
          break
        }
        case 'tick': words.push(TICK, item.timeMs)
      }
    }
    const numbers = new Float64Array(new SharedArrayBuffer(words.length * WORD_BYTES))
    numbers.set(words)
    return { numbers, addresses: [...addresses.keys()], provenances: [...provenances].map(([id, provenance]) => ({ id, provenance })), ends }
  }
}

/** Origins remembered from one batch to the next; sources share at most a few hundred objects. */
const MAX_ORIGINS = 10_000

/** One for each worker. */
export function newDecoder(): (batch: Batch) => Generator<Timed> {
  const origins = boundedMap<number, Provenance>(MAX_ORIGINS)

  return function* ({ numbers, addresses, provenances }) {
    for (const { id, provenance } of provenances) if (origins.get(id) === undefined) origins.set(id, provenance)
    let next = 0
    const word = (): number => numbers[next++] as number
    const known = (): number | undefined => orUndefined(word())
    const address = (): string => addresses[word()] as string
    const origin = (): Provenance | undefined => {
      const id = word()
      return Number.isNaN(id) ? undefined : origins.get(id)
    }
    // An object's fields are read in the order in which they stand here, which is the order of writing.
    const packet = (): Packet => ({
      kind: 'packet', timeMs: word(), source: address(), destination: address(), sourcePort: word(), destinationPort: word(), protocol: word(), ipBytes: word(),
      payloadBytes: word(), headerBytes: word(), tcpFlags: word(), tcpWindow: word(), icmpKind: word(), fragment: FRAGMENTS[word()] as Packet['fragment'],
    })
    const flow = (): FlowRecord => ({
      kind: 'flow', startMs: word(), endMs: word(), source: address(), destination: address(), sourcePort: word(), destinationPort: word(), protocol: word(),
      forwardPackets: word(), backwardPackets: word(), byteLayer: LAYERS[word()] as ByteLayer, forwardBytes: word(), backwardBytes: word(),
      synPackets: known(), rstPackets: known(), finPackets: known(), tcpFlags: known(),
      headerBytes: bothOrNone(word(), word()), forwardDataPackets: known(),
      forwardPayloadBytes: known(), backwardPayloadBytes: known(), provenance: origin(),
      features: noFeatures, label: undefined,
    })
    while (next < numbers.length) {
      const kind = word()
      yield kind === PACKET ? packet() : kind === FLOW ? flow() : { kind: 'tick', timeMs: word() }
    }
  }
}

const orUndefined = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)
const bothOrNone = (forward: number, backward: number): readonly [number, number] | undefined => (Number.isNaN(forward) ? undefined : [forward, backward])
