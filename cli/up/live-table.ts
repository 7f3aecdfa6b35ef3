/** The live view of `up`: validators, counts and read models, redrawn in place on a terminal, a line at a time elsewhere. */
import Table from 'cli-table3'
import { createLogUpdate } from 'log-update'
import type { Snapshot } from './snapshot.js'

export type LiveTable = { show(snapshot: Snapshot, note: string): void; close(): void }

const PLAIN_EVERY_MS = 5000

/** @param api address of the API, shown all the time */
export function openLiveTable(stream: NodeJS.WriteStream, api: string): LiveTable {
  if (!stream.isTTY) return plainLines(stream)
  const update = createLogUpdate(stream)
  return {
    show: (snapshot, note) => update(`${render(snapshot)}\n\n  API  ${api}/graphql     ${note}\n`),
    close: () => update.done(),
  }
}

function plainLines(stream: NodeJS.WriteStream): LiveTable {
  let lastMs = 0
  return {
    show(snapshot, note) {
      if (Date.now() - lastMs < PLAIN_EVERY_MS) return
      lastMs = Date.now()
      const { counts, height } = snapshot
      stream.write(`height ${height}  PUBLISHED ${counts.published}  COMMITTED ${counts.committed}  REJECTED ${counts.rejected}  in flight ${counts.inFlight}  ${note}\n`)
    },
    close: () => undefined,
  }
}

export function render(snapshot: Snapshot): string {
  const { counts, validators, detectors, projections, logPosition, latencyMs } = snapshot
  const lifecycle = new Table({ head: ['PUBLISHED', 'ADMITTED', 'COMMITTED', 'REJECTED', 'TIMEOUT', 'EXPIRED', 'in flight', 'p50 / p99 ms'], style: { head: [], border: [] } })
  lifecycle.push([counts.published, counts.admitted, counts.committed, counts.rejected, counts.timeout, counts.expired, counts.inFlight,
    latencyMs === undefined ? '-' : `${latencyMs.p50} / ${latencyMs.p99}`])
  const nodes = new Table({ head: ['validator', 'height', 'view', 'view changes', 'peers', 'state root'], style: { head: [], border: [] } })
  for (const { name, up, height, view, viewChanges, peers, stateRoot } of validators) {
    nodes.push(up ? [name, height, view, viewChanges, peers, stateRoot.slice(0, 16)] : [name, 'down', '', '', '', ''])
  }
  const sources = new Table({ head: ['detector', 'published', 'heard of as committed', 'packets read'], style: { head: [], border: [] } })
  for (const { name, up, published, heardCommitted, packets } of detectors) sources.push(up ? [name, published, heardCommitted, packets] : [name, 'down', '', ''])
  const models = Object.entries(projections).map(([name, { position, lagMs }]) => `${name} ${position}${lagMs > 0 ? ` (${lagMs} ms behind)` : ''}`)
  return `${lifecycle.toString()}\n${nodes.toString()}\n${detectors.length > 1 ? `${sources.toString()}\n` : ''}  event log ${logPosition}     read models  ${models.join('   ') || '-'}`
}
