/**
 * What the test server keeps: streams of events and one order over all of them, in memory and, where a file is given,
 * on disk before an append is answered. Expected revisions and the recognition of repeated event ids follow what
 * EventStoreDB documents.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'

export type Expected = 'any' | 'none' | 'exists' | number

export type ProposedEvent = {
  readonly id: string
  /** `type` and `content-type` as the client sent them. */
  readonly metadata: ReadonlyMap<string, string>
  readonly custom: Uint8Array
  readonly data: Uint8Array
}

export type StoredEvent = ProposedEvent & { readonly stream: string; readonly revision: number; readonly position: number; readonly createdMs: number }

export type StoreResult =
  | { readonly kind: 'written'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong-version'; readonly current: number | undefined }

export type EventStore = {
  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): StoreResult
  stream(name: string): readonly StoredEvent[]
  all(): readonly StoredEvent[]
  /** Calls `listener` after each append until the returned function is called. */
  onAppend(listener: () => void): () => void
  close(): void
}

type Line = { readonly stream: string; readonly createdMs: number; readonly events: readonly { id: string; metadata: [string, string][]; custom: string; data: string }[] }

export function openEventStore(file?: string): EventStore {
  const streams = new Map<string, StoredEvent[]>()
  const all: StoredEvent[] = []
  const listeners = new Set<() => void>()

  const keep = (name: string, createdMs: number, events: readonly ProposedEvent[]): void => {
    const stream = streams.get(name) ?? []
    streams.set(name, stream)
    for (const event of events) {
      const stored = { ...event, stream: name, revision: stream.length, position: all.length, createdMs }
      stream.push(stored)
      all.push(stored)
    }
  }
  if (file !== undefined && existsSync(file)) readLines(file, keep)
  const fd = file === undefined ? undefined : openSync(file, 'a')

  return {
    append(name, expected, events) {
      const stream = streams.get(name) ?? []
      const current = stream.length === 0 ? undefined : stream.length - 1
      const repeated = positionOfRepeat(stream, expected, events)
      if (repeated !== undefined) return { kind: 'written', revision: repeated + events.length - 1, position: (stream[repeated + events.length - 1] as StoredEvent).position }
      if (!fits(expected, current)) return { kind: 'wrong-version', current }
      const createdMs = Date.now()
      if (fd !== undefined) {
        writeSync(fd, lineOf(name, createdMs, events))
        fsyncSync(fd)
      }
      keep(name, createdMs, events)
      for (const listener of listeners) listener()
      return { kind: 'written', revision: (current ?? -1) + events.length, position: all.length - 1 }
    },
    stream: (name) => streams.get(name) ?? [],
    all: () => all,
    onAppend(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      if (fd !== undefined) closeSync(fd)
    },
  }
}

function fits(expected: Expected, current: number | undefined): boolean {
  switch (expected) {
    case 'any': return true
    case 'none': return current === undefined
    case 'exists': return current !== undefined
    default: return expected === current
  }
}

/** Revision at which exactly these events were written before, where the expectation allows to look for them. */
function positionOfRepeat(stream: readonly StoredEvent[], expected: Expected, events: readonly ProposedEvent[]): number | undefined {
  if (events.length === 0) return undefined
  const start = typeof expected === 'number' ? expected + 1 : expected === 'none' ? 0 : stream.findIndex(({ id }) => id === events[0]?.id)
  if (start < 0) return undefined
  return events.every(({ id }, i) => stream[start + i]?.id === id) ? start : undefined
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

function lineOf(stream: string, createdMs: number, events: readonly ProposedEvent[]): string {
  const line: Line = { stream, createdMs, events: events.map(({ id, metadata, custom, data }) => ({ id, metadata: [...metadata], custom: base64(custom), data: base64(data) })) }
  return `${JSON.stringify(line)}\n`
}

/** A last line without its end was never answered: it is cut off. */
function readLines(file: string, keep: (stream: string, createdMs: number, events: readonly ProposedEvent[]) => void): void {
  const bytes = readFileSync(file)
  const end = bytes.lastIndexOf('\n') + 1
  if (end < bytes.length) truncateSync(file, end)
  for (const text of bytes.subarray(0, end).toString().split('\n')) {
    if (text === '') continue
    const { stream, createdMs, events } = JSON.parse(text) as Line
    keep(stream, createdMs, events.map(({ id, metadata, custom, data }) => ({ id, metadata: new Map(metadata), custom: Buffer.from(custom, 'base64'), data: Buffer.from(data, 'base64') })))
  }
}
