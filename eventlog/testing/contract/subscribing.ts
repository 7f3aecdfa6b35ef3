/** Subscriptions: what is there, then what comes; again from a place; through a filter; at the reader's own speed. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, vi } from 'vitest'
import { asPosition } from '../../../domain/ids.js'
import type { Delivery } from '../../log.js'
import { appendOf, expiredEvent, noteEvent, testId } from '../events.js'
import { casesOf, names, namesTo, take, takeFiltered } from './case.js'

const eventNames = (deliveries: readonly Delivery[]): string[] => names(deliveries.flatMap((one) => (one.kind === 'event' ? [one.recorded] : [])))
const lastCheckpoint = (deliveries: readonly Delivery[]): number | undefined => deliveries.flatMap((one) => (one.kind === 'checkpoint' ? [one.position] : [])).at(-1)

export const subscribingCases = [
  ...casesOf('subscribe', {
    'gives what is there and then what comes': async ({ log }) => {
      await log.append([appendOf('a', 'any', 1, 2)])
      const seen = take(log, 0, 4)
      await log.append([appendOf('a', 'any', 3)])
      await log.append([appendOf('b', 'any', 4)])
      expect(names(await seen)).toEqual(['1', '2', '3', '4'])
    },
    'on an empty log waits for the first event': async ({ log }) => {
      const seen = take(log, 0, 2)
      await log.append([appendOf('a', 'any', 1)])
      await log.append([appendOf('a', 'any', 2)])
      expect(names(await seen)).toEqual(['1', '2'])
    },
    'gives every event once, in order, while many are appended': async ({ log }) => {
      const seen = take(log, 0, 400)
      for (let i = 0; i < 400; i += 20) await log.append([appendOf(`s${i % 3}`, 'any', ...namesTo(20, i))])
      const events = await seen
      expect(names(events)).toEqual(namesTo(400))
      expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i))
    },
    'ends when the signal aborts, also while it waits': async ({ log }) => {
      const abort = new AbortController()
      await log.append([appendOf('a', 'any', 1)])
      const seen: string[] = []
      for await (const event of log.subscribe(asPosition(0), abort.signal)) {
        seen.push(...names([event]))
        setImmediate(() => abort.abort())
      }
      expect(seen).toEqual(['1'])
    },
    'of another handle sees what this handle writes': async ({ log, openAnother }) => {
      const reader = await openAnother()
      const seen = take(reader, 0, 3)
      await log.append([appendOf('a', 'any', 1), appendOf('b', 'any', 2)])
      await log.append([appendOf('a', 'any', 3)])
      expect(names(await seen)).toEqual(['1', '2', '3'])
    },
    'is one of several, each with its own place': async ({ log }) => {
      await log.append([appendOf('a', 'any', ...namesTo(5))])
      const seen = Promise.all([take(log, 0, 6), take(log, 3, 3), take(log, 5, 1)])
      await log.append([appendOf('a', 'any', 5)])
      expect((await seen).map(names)).toEqual([namesTo(6), namesTo(3, 3), ['5']])
    },
  }),
  ...casesOf('resume', {
    'from the place after the last event seen loses and doubles nothing': async ({ log }) => {
      await log.append([appendOf('a', 'any', 1, 2, 3)])
      const first = await take(log, 0, 2)
      const rest = take(log, (first.at(-1)?.position ?? 0) + 1, 2)
      await log.append([appendOf('a', 'any', 4)])
      expect(names(await rest)).toEqual(['3', '4'])
    },
    'from every position gives the rest': async ({ log }) => {
      await log.append([appendOf('a', 'any', ...namesTo(6))])
      for (let from = 0; from < 6; from++) expect(names(await take(log, from, 6 - from))).toEqual(namesTo(6 - from, from))
    },
    'from a position that is still to come waits for it': async ({ log }) => {
      const seen = take(log, 1, 1)
      await log.append([appendOf('a', 'any', 1)])
      await log.append([appendOf('a', 'any', 2)])
      expect(names(await seen)).toEqual(['2'])
    },
    'after a restart of the reader goes on': async ({ log, openAnother }) => {
      await log.append([appendOf('a', 'any', ...namesTo(4))])
      const reader = await openAnother()
      const [last] = (await take(reader, 0, 2)).slice(-1)
      await reader.close()
      expect(names(await take(await openAnother(), (last?.position ?? 0) + 1, 2))).toEqual(['2', '3'])
    },
  }),
  ...casesOf('filter', {
    'by stream prefix gives those streams alone': async ({ log }) => {
      await log.append([appendOf('anomaly-1', 'any', 1), appendOf('chain', 'any', 2), appendOf('anomaly-2', 'any', 3), appendOf('anomalous', 'any', 4)])
      const seen = takeFiltered(log, 0, { streamPrefixes: ['anomaly-'] }, 4)
      await log.append([appendOf('anomaly-1', 'any', 5)])
      await log.append([appendOf('chain', 'any', 6)])
      expect(eventNames(await seen)).toEqual(['1', '3', '5'])
    },
    'by several prefixes and by type gives what satisfies both': async ({ log }) => {
      await log.append([appendOf('a-1', 'any', 1), { stream: 'a-1', expected: 'any', events: [{ id: testId('expired'), event: expiredEvent('x') }] }, appendOf('b-1', 'any', 2), appendOf('c-1', 'any', 3)])
      expect(eventNames(await takeFiltered(log, 0, { streamPrefixes: ['a-', 'b-'], eventTypes: ['OperatorActionRecorded'] }, 3))).toEqual(['1', '2'])
      expect(eventNames(await takeFiltered(log, 0, { eventTypes: ['AnomalyExpired'] }, 2))).toEqual(['AnomalyExpired'])
    },
    'without conditions gives everything': async ({ log }) => {
      await log.append([appendOf('a', 'any', 1), appendOf('b', 'any', 2)])
      expect(eventNames(await takeFiltered(log, 0, {}, 2))).toEqual(['1', '2'])
    },
  }),
  ...casesOf('checkpoint', {
    'tells how far a filter looked where nothing fits': async ({ log }) => {
      await log.append([appendOf('chain', 'any', ...namesTo(700))])
      const seen = await takeFiltered(log, 0, { streamPrefixes: ['anomaly-'] }, 3)
      expect(seen.every(({ kind }) => kind === 'checkpoint')).toBe(true)
      expect(lastCheckpoint(seen)).toBe(700)
    },
    'never runs ahead of an event that fits, and resuming from it loses nothing': async ({ log }) => {
      for (let i = 0; i < 600; i += 100) await log.append([appendOf('chain', 'any', ...namesTo(99, i)), appendOf('anomaly-1', 'any', `a${i}`), appendOf('chain', 'any', i + 99)])
      const all = Array.from({ length: 6 }, (_, i) => `a${i * 100}`)
      const seen: Delivery[] = []
      let from = 0
      // A reader that stops after each delivery and begins where it may.
      while (eventNames(seen).length < 6) {
        const [one] = await takeFiltered(log, from, { streamPrefixes: ['anomaly-'] }, 1)
        if (one === undefined) break
        seen.push(one)
        const next = one.kind === 'event' ? one.recorded.position + 1 : one.position
        expect(next).toBeGreaterThan(from)
        from = next
      }
      expect(eventNames(seen)).toEqual(all)
    },
  }),
  ...casesOf('slow-consumer', {
    'gets everything, in order': async ({ log }) => {
      const seen = take(log, 0, 200, () => new Promise((resolve) => setImmediate(resolve)))
      for (let i = 0; i < 200; i += 10) await log.append([appendOf('a', 'any', ...namesTo(10, i))])
      expect(names(await seen)).toEqual(namesTo(200))
    },
    'costs no more memory than a page, however much is waiting': async ({ log }) => {
      for (let i = 0; i < 160; i += 4) await log.append([{ stream: 'a', expected: 'any', events: [0, 1, 2, 3].map((n) => noteEvent(i + n, 'x'.repeat(256 * 1024))) }])
      const before = memoryInUse()
      const abort = new AbortController()
      const events = log.subscribe(asPosition(0), abort.signal)[Symbol.asyncIterator]()
      await events.next()
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
      // 40 MB lie in the log; a page is 8 MB. What was copied on the way is given back a little later.
      await vi.waitFor(() => expect(memoryInUse() - before).toBeLessThan(24 * 1024 * 1024), { timeout: 5000 })
      abort.abort()
      await events.return?.()
    },
  }),
]

function memoryInUse(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

