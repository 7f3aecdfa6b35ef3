/** The last events of a world, kept as they are and put into words only when somebody reads them. */
import type { Event } from '../../consensus/core/protocol.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import { START } from './network-of.js'

export type Trace = {
  /** @param what an event of a node, or words */
  note(atMs: number, who: string, what: Event | string): void
  lines(): readonly string[]
}

const KEPT = 200

type Entry = { readonly atMs: number; readonly who: string; readonly what: Event | string }

/** @param nameOf a validator's short name by its id */
export function createTrace(nameOf: (id: string) => string): Trace {
  const entries: Entry[] = []
  let next = 0
  return {
    note(atMs, who, what) {
      entries[next % KEPT] = { atMs, who, what }
      next += 1
    },
    lines: () => [...entries.slice(next % KEPT), ...entries.slice(0, next % KEPT)]
      .map(({ atMs, who, what }) => `${String(atMs - START).padStart(7)} ms  ${who.padEnd(4)} ${typeof what === 'string' ? what : eventInWords(what, nameOf)}`),
  }
}

const short = (hash: string): string => hash.slice(0, 6)

function eventInWords(event: Event, nameOf: (id: string) => string): string {
  switch (event.type) {
    case 'message': return `hears from ${nameOf(event.from)}: ${messageInWords(event.message)}`
    case 'timer': return `timer of view ${event.view}`
    case 'gathered': return `has let transactions gather in view ${event.view}`
    case 'blocks': return `gets ${event.blocks.length} blocks up to ${short(event.target)} from ${nameOf(event.from)}`
    case 'fetch-failed': return `gets no ${short(event.target)} from ${nameOf(event.from)}`
    case 'peer-connected': return `is connected to ${nameOf(event.peer)}`
    case 'commits-stored': return `stored commits up to height ${event.height}`
    default: return event.type
  }
}

export function messageInWords(message: PeerMessage): string {
  switch (message.type) {
    case 'vote': return `vote of view ${message.vote.data.view} for ${short(message.vote.data.blockHash)}`
    case 'timeout': return `timeout of view ${message.timeout.view}, highest certificate ${message.timeout.highQcView}`
    case 'timeout-certificate': return `timeout certificate of view ${message.tc.view}`
    case 'proposal': {
      const { header, hash, transactions } = message.proposal.block
      return `proposal of view ${header.view}: block ${short(hash)} at height ${header.height} on ${short(header.parentHash)}, ${transactions.length} transactions`
    }
    case 'sync-info': return `sync-info: certificate ${message.info.highQc.data.view}, timeout certificate ${message.info.highTc?.view ?? '-'}, height ${message.info.committedHeight}`
    default: return (message as { type: string }).type
  }
}
