/**
 * What each source opened in the last minute: the window in which scans, connection floods and password guessing show.
 * A sliding window per source, judged each second for the sources that opened something, so a scan is seen while it
 * runs. Invariant: at most MAX_SOURCES sources with at most MAX_ATTEMPTS attempts each; what is pushed out is counted.
 */
import { addProvenance } from '../sources/provenance.js'
import { TCP, type Provenance } from '../sources/records.js'
import { boundedMap, type BoundedMap } from './bounded-map.js'
import { connectionOf, type AnyFlow } from './connection.js'

export const SOURCE_WINDOW_MS = 60_000
export const MAX_SOURCES = 20_000
export const MAX_ATTEMPTS = 4096
/** Fewer attempts in a minute cannot meet any limit of the source rules; judging them would only cost. */
const FEWEST_ATTEMPTS = 15

type Attempts = { flows: AnyFlow[] }

export type SourceWindows = {
  readonly sources: BoundedMap<string, Attempts>
  readonly dirty: Set<string>
  attemptsDropped: number
}

export const newSourceWindows = (): SourceWindows => ({ sources: boundedMap(MAX_SOURCES), dirty: new Set(), attemptsDropped: 0 })

/** The TCP connections a source tried to open within a minute. */
export type SourceWindow = {
  readonly kind: 'source-window'
  readonly source: string
  readonly startMs: number
  readonly endMs: number
  readonly attempts: number
  /** Attempts in which no payload went both ways. */
  readonly unused: number
  /** The host on which most distinct ports were tried without using them. */
  readonly mostPorts: { readonly host: string; readonly ports: number }
  /** The port that was tried without success on most distinct hosts. */
  readonly mostHosts: { readonly port: number; readonly hosts: number; readonly host: string }
  /** The service with most used connections. */
  readonly mostUsed: { readonly host: string; readonly port: number; readonly connections: number }
  readonly clientPackets: number
  readonly totalBytes: number
  /** Absent where it is of packets. */
  readonly provenance?: readonly Provenance[] | undefined
}

/** Call with each flow as it opens, or with each record in time order. */
export function addAttempt(windows: SourceWindows, flow: AnyFlow): void {
  if (flow.protocol !== TCP) return
  let attempts = windows.sources.get(flow.source)
  if (attempts === undefined) {
    attempts = { flows: [] }
    windows.sources.set(flow.source, attempts)
  }
  if (attempts.flows.length >= MAX_ATTEMPTS) {
    attempts.flows.splice(0, MAX_ATTEMPTS / 4)
    windows.attemptsDropped += MAX_ATTEMPTS / 4
  }
  attempts.flows.push(flow)
  windows.dirty.add(flow.source)
}

/**
 * The windows of sources that opened something since the last call.
 * @param isWorth whether a source's attempts of the last minute are looked at closer, by host and port
 */
export function takeSourceWindows(windows: SourceWindows, nowMs: number, isWorth: (attempts: readonly AnyFlow[]) => boolean = () => true): readonly SourceWindow[] {
  const judged: SourceWindow[] = []
  for (const source of windows.dirty) {
    const attempts = windows.sources.get(source)
    if (attempts === undefined || attempts.flows.length < FEWEST_ATTEMPTS) continue
    const isOld = (flow: AnyFlow): boolean => !(flow.startMs > nowMs - SOURCE_WINDOW_MS)
    if (attempts.flows.some(isOld)) attempts.flows = attempts.flows.filter((flow) => !isOld(flow))
    if (!isWorth(attempts.flows)) continue
    const window = summarise(source, attempts.flows, nowMs)
    if (window.attempts >= FEWEST_ATTEMPTS) judged.push(window)
  }
  windows.dirty.clear()
  return judged
}

function summarise(source: string, flows: readonly AnyFlow[], nowMs: number): SourceWindow {
  const portsByHost = new Map<string, Set<number>>()
  const hostsByPort = new Map<number, Set<string>>()
  const used = new Map<string, { host: string; port: number; connections: number }>()
  const provenance: Provenance[] = []
  let attempts = 0, unused = 0, clientPackets = 0, totalBytes = 0
  for (const flow of flows) {
    const connection = connectionOf(flow)
    if (!connection.opened) continue
    attempts += 1
    if ('kind' in flow) addProvenance(provenance, flow.provenance)
    clientPackets += 'kind' in flow ? flow.forwardPackets : flow.forward.packets
    totalBytes += connection.clientBytes + connection.serverBytes
    if (connection.conversed) {
      const key = `${flow.destination}|${flow.destinationPort}`
      const service = used.get(key) ?? { host: flow.destination, port: flow.destinationPort, connections: 0 }
      service.connections += 1
      used.set(key, service)
      continue
    }
    unused += 1
    addTo(portsByHost, flow.destination, flow.destinationPort)
    addTo(hostsByPort, flow.destinationPort, flow.destination)
  }
  const [host, ports] = largest(portsByHost)
  const [port, hosts] = largest(hostsByPort)
  return {
    kind: 'source-window', source, startMs: flows[0]?.startMs ?? nowMs, endMs: nowMs, attempts, unused,
    mostPorts: { host: host ?? '', ports: ports?.size ?? 0 },
    mostHosts: { port: port ?? 0, hosts: hosts?.size ?? 0, host: hosts === undefined ? '' : [...hosts][0] ?? '' },
    mostUsed: [...used.values()].reduce((best, next) => next.connections > best.connections ? next : best, { host: '', port: 0, connections: 0 }),
    clientPackets, totalBytes,
    ...(provenance.length === 0 ? {} : { provenance }),
  }
}

function addTo<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([value]))
  else set.add(value)
}

function largest<K, V>(sets: ReadonlyMap<K, ReadonlySet<V>>): readonly [K | undefined, ReadonlySet<V> | undefined] {
  let best: readonly [K | undefined, ReadonlySet<V> | undefined] = [undefined, undefined]
  for (const [key, set] of sets) if (set.size > (best[1]?.size ?? 0)) best = [key, set]
  return best
}
