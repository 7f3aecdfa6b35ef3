/** One case of the contract: a rule it belongs to, a sentence, and what must hold. Cases fail by throwing. */
import { asPosition } from '../../../domain/ids.js'
import type { Delivery, EventFilter, EventLog, LogAlarm, RecordedEvent } from '../../log.js'

export type OpenOptions = { readonly onAlarm?: (alarm: LogAlarm) => void }

export type LogUnderTest = {
  /** A handle on the log; every call gives another handle on the same content, as another process would have. */
  open(options?: OpenOptions): Promise<EventLog>
  /** Breaks every connection to the log, once; a log without connections does nothing. */
  drop(): Promise<void>
  /** Removes the log. */
  destroy(): Promise<void>
}

export type Rule =
  | 'empty' | 'expected-none' | 'expected-exists' | 'expected-number' | 'expected-any' | 'retry' | 'id-conflict' | 'alarm' | 'batch'
  | 'gapless' | 'read-order' | 'stream-order' | 'subscribe' | 'resume' | 'filter' | 'checkpoint' | 'payload' | 'fidelity'
  | 'drop' | 'slow-consumer' | 'writers' | 'limits' | 'entries' | 'close'

export type World = {
  /** The first handle. */
  readonly log: EventLog
  openAnother(options?: OpenOptions): Promise<EventLog>
  drop(): Promise<void>
}

export type ContractCase = { readonly rule: Rule; readonly name: string; readonly run: (world: World) => Promise<void> }

export const casesOf = (rule: Rule, cases: Record<string, (world: World) => Promise<void>>): readonly ContractCase[] =>
  Object.entries(cases).map(([name, run]) => ({ rule, name, run }))

/** The names that test events were given. */
export const names = (events: readonly RecordedEvent[]): string[] =>
  events.map(({ event }) => (event.type === 'OperatorActionRecorded' ? event.data.resource : event.type))

export const namesTo = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => String(from + i))

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = []
  for await (const item of items) out.push(item)
  return out
}

/** A log that lost an event must fail its case, not hang it. Shorter where logs are known to be broken. */
export const deadline = { ms: 10_000 }

/** The first `count` items of what `open` gives, within a deadline. */
function firstOf<T>(open: (signal: AbortSignal) => AsyncIterable<T>, count: number, onItem: (item: T) => unknown): Promise<T[]> {
  const items = awaitFirst(open, count, onItem)
  // Cases append before they look at it.
  items.catch(() => undefined)
  return items
}

async function awaitFirst<T>(open: (signal: AbortSignal) => AsyncIterable<T>, count: number, onItem: (item: T) => unknown): Promise<T[]> {
  const abort = new AbortController()
  const out: T[] = []
  const late = setTimeout(() => abort.abort(), deadline.ms)
  for await (const item of open(abort.signal)) {
    out.push(item)
    await onItem(item)
    if (out.length === count) break
  }
  clearTimeout(late)
  if (out.length < count) throw new Error(`only ${out.length} of ${count} came within ${deadline.ms} ms`)
  abort.abort()
  return out
}

/** The first `count` events of a subscription. */
export const take = (log: EventLog, from: number, count: number, onEvent: (event: RecordedEvent) => unknown = () => undefined): Promise<RecordedEvent[]> =>
  firstOf((signal) => log.subscribe(asPosition(from), signal), count, onEvent)

export const takeFiltered = (log: EventLog, from: number, filter: EventFilter, count: number): Promise<Delivery[]> =>
  firstOf((signal) => log.subscribeFiltered(asPosition(from), signal, filter), count, () => undefined)
