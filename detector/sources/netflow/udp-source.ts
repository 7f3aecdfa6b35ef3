/**
 * A collector of NetFlow v5, v9 and IPFIX. Datagrams are decoded as they come and their flows wait in a queue of bounded
 * length; what does not fit, was lost, was broken or came from a stranger is counted by exporter. A datagram that came
 * while no detector ran is gone: there is no position to go on from, only incidents that are remembered.
 */
import { createSocket, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import { createLiveOrder } from '../../live/live-order.js'
import type { LiveSource, Mark } from '../../live/live-source.js'
import { SourceError } from '../errors.js'
import { isAborted } from '../pace.js'
import type { FlowRecord, SourceItem } from '../records.js'
import { createFlowDecoder } from './decoder.js'
import { createExporters } from './exporters.js'
import { createPairing, PAIR_WINDOW_MS } from './pairing.js'
import type { RawFlow } from './raw-flow.js'
import { createSkipTally } from './skip-tally.js'

export type NetFlowOptions = {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Addresses and networks of exporters; nobody else is heard. */
  readonly allow: readonly string[]
  /** How long after it began a flow may come: at least the exporters' active timeout. */
  readonly holdMs: number
  readonly pairMs?: number
  readonly capacity?: number
  readonly nowMs?: () => number
}

export type NetFlowSource = LiveSource<null> & { readonly port: number }

/** About 30 MB of flows; at 50 000 a second it is a second. */
const CAPACITY = 50_000
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
/** After this long without a flow time goes on by the clock. */
const IDLE_MS = 1000
const BATCH = 1000

export async function openNetFlowSource(options: NetFlowOptions): Promise<NetFlowSource> {
  const { host, port, allow, holdMs, pairMs = PAIR_WINDOW_MS, capacity = CAPACITY, nowMs = Date.now } = options
  const exporters = createExporters(allow)
  const decoder = createFlowDecoder({ nowMs })
  const pairing = createPairing({ nowMs, windowMs: pairMs })
  const left = createSkipTally()
  let strangers = 0
  let queue: RawFlow[] = []
  let wake: () => void = () => undefined

  function receive(datagram: Buffer, from: string): void {
    const exporter = from.startsWith('::ffff:') ? from.slice('::ffff:'.length) : from
    if (!exporters.isAllowed(exporter)) {
      strangers += 1
      left.add({ reason: 'unknown-exporter' })
      wake()
      return
    }
    const counts = exporters.of(exporter)
    const { items, fault, lost, undecoded } = decoder.decode(exporter, datagram)
    counts.datagrams += 1
    counts.lost += lost
    counts.undecoded += undecoded
    if (lost > 0) left.add({ reason: 'lost-record', where: exporter, count: lost })
    if (undecoded > 0) left.add({ reason: 'no-template', where: exporter, count: undecoded })
    if (fault !== undefined) {
      counts.malformed[fault] = (counts.malformed[fault] ?? 0) + 1
      left.add({ reason: 'malformed-datagram', field: fault, where: exporter })
    }
    for (const item of items) {
      counts.records += 1
      if (item.kind === 'skipped') left.add({ ...item, where: exporter })
      else if (queue.length < capacity) queue.push(item)
      else {
        counts.dropped += 1
        left.add({ reason: 'queue-full', where: exporter })
      }
    }
    wake()
  }

  const socket = await listen(host, port)
  socket.on('message', (datagram, { address }) => receive(datagram, address))
  // An error of a datagram socket is of one datagram, such as a refused answer to one: the next may be heard.
  socket.on('error', () => left.add({ reason: 'malformed-datagram', field: 'socket' }))
  const at = socket.address()

  async function* read(signal: AbortSignal): AsyncGenerator<SourceItem | Mark<null>> {
    // A record that waited for its other direction comes later by that.
    const order = createLiveOrder({ holdMs: holdMs + pairMs, nowMs })
    let heardMs = nowMs()
    while (!isAborted(signal)) {
      const batch = queue.slice(0, BATCH)
      queue = batch.length === queue.length ? [] : queue.slice(BATCH)
      if (batch.length > 0) heardMs = nowMs()
      yield* pass([...batch.flatMap((flow) => pairing.add(flow)), ...pairing.expired()])
      yield* left.take()
      yield* order.release(nowMs() - heardMs >= IDLE_MS)
      if (queue.length === 0) await new Promise<void>((resolve) => {
        const timer = setTimeout(done, IDLE_MS)
        function done(): void {
          clearTimeout(timer)
          signal.removeEventListener('abort', done)
          resolve()
        }
        wake = done
        signal.addEventListener('abort', done)
        if (isAborted(signal)) done()
      })
      // Who never waits for a datagram would keep the socket from being read.
      else await new Promise((resolve) => setImmediate(resolve))
    }

    function* pass(flows: readonly FlowRecord[]): Generator<SourceItem | Mark<null>> {
      let newestMs: number | undefined
      for (const flow of flows) {
        const late = order.add(0, flow)
        if (late?.kind === 'skipped') left.add({ ...late, where: flow.provenance?.origin })
        else newestMs = Math.max(newestMs ?? -Infinity, flow.startMs)
      }
      if (newestMs !== undefined) yield { kind: 'mark', position: null, newestMs }
    }
  }

  return {
    name: `netflow on ${at.address}:${at.port}`, port: at.port,
    read: (_after, signal) => read(signal),
    join: () => null,
    status: () => ({ listening: `${at.address}:${at.port}`, waiting: queue.length, strangers, ...decoder.size, pairing: pairing.counts, exporters: exporters.all() }),
    close: () => new Promise((resolve) => { socket.close(() => resolve()) }),
  }
}

function listen(host: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: isIP(host) === 6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES })
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close()
      const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
      const advice = code === 'EADDRINUSE' ? 'another program listens there; stop it or take another port' : code === 'EACCES' ? 'ports below 1024 need rights; take a higher one' : 'check host and port'
      reject(new SourceError('CANNOT_LISTEN', `${host}:${port}`, `datagrams cannot be received here (${code}): ${advice}`, { cause }))
    })
    socket.bind(port, host, () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}
