/** Logs that append wrongly, one defect each. */
import { randomUUID } from 'node:crypto'
import type { StreamAppend } from '../../log.js'
import type { Break, FullLog } from './wrap.js'

const withExpectation = (broken: StreamAppend['expected'] | 'number'): Break => (good) => ({
  append: (appends) => good.append(appends.map((append) =>
    (append.expected === broken || (broken === 'number' && typeof append.expected === 'number') ? { ...append, expected: 'any' } : append))),
})

export const ignoresNone = withExpectation('none')
export const ignoresExists = withExpectation('exists')
export const ignoresNumber = withExpectation('number')

/** `any` should not care whether the stream is there. */
export const wantsExistingForAny: Break = (good) => ({
  append: (appends) => good.append(appends.map((append) => (append.expected === 'any' ? { ...append, expected: 'exists' } : append))),
})

const withFreshIds = (appends: readonly StreamAppend[]): readonly StreamAppend[] =>
  appends.map((append) => ({ ...append, expected: 'any', events: append.events.map((event) => ({ ...event, id: randomUUID() })) }))

/** A retry is recorded a second time. */
export const doublesRetries: Break = (good) => ({
  async append(appends) {
    const result = await good.append(appends)
    return result.kind === 'already-there' && result.events.length > 0 ? good.append(withFreshIds(appends)) : result
  },
})

/** Other content under a known id goes in beside the first. */
export const recordsConflicts: Break = (good) => ({
  async append(appends) {
    const result = await good.append(appends)
    return result.kind === 'id-conflict' ? good.append(withFreshIds(appends)) : result
  },
})

/** Each stream of a batch is an append of its own: the first ones stay when a later one is refused. */
export const appendsOneByOne: Break = (good) => ({
  async append(appends) {
    const events = []
    for (const append of appends) {
      const result = await good.append([append])
      if (result.kind !== 'appended') return result
      events.push(...result.events)
    }
    return { kind: 'appended', events }
  },
})

/** Writes something of its own for each refusal, as a sequence does that is used up by a transaction that fails. */
export const leavesGaps: Break = (good) => ({
  async append(appends) {
    const result = await good.append(appends)
    if (result.kind !== 'appended') {
      const [noise] = await first(good)
      if (noise !== undefined) await good.append([{ stream: 'gap', expected: 'any', events: [{ id: randomUUID(), event: noise.event }] }])
    }
    return result
  },
})

async function first(good: FullLog) {
  const events = []
  for await (const event of good.readAll({ limit: 1 })) events.push(event)
  return events
}

/** Cuts long text, as a column of limited width does. */
export const cutsPayloads: Break = (good) => ({ append: (appends) => good.append(mapNotes(appends, (note) => note.slice(0, 100_000))) })

/** Keeps one byte a letter. */
export const losesUnicode: Break = (good) => ({ append: (appends) => good.append(mapNotes(appends, (note) => Buffer.from(note, 'latin1').toString('latin1'))) })

function mapNotes(appends: readonly StreamAppend[], change: (note: string) => string): readonly StreamAppend[] {
  return appends.map((append) => ({ ...append, events: append.events.map(({ id, event }) => (event.type !== 'OperatorActionRecorded' ? { id, event } : {
    id, event: { ...event, data: { ...event.data, fields: Object.fromEntries(Object.entries(event.data.fields).map(([name, note]) => [name, change(note)])) } },
  })) }))
}

/** Takes any name and id, by making sound ones of them. */
export const takesBadNames: Break = (good) => ({
  append: (appends) => good.append(appends.map((append) => ({
    ...append, stream: `s${append.stream}`.slice(0, 100), events: append.events.map(({ id, event }) => ({ id: id.length === 36 ? id.toLowerCase() : randomUUID(), event })),
  }))),
})

/** Decides on what it knew when it last looked: what others wrote since then is not seen, and forced in. */
export const forgetsOtherWriters: Break = (good) => {
  const heads = new Map<string, number>()
  return {
    async append(appends) {
      const blind = appends.map((append) => (heads.get(append.stream) === append.expected ? { ...append, expected: 'any' as const } : append))
      const result = await good.append(blind)
      if (result.kind === 'appended') for (const { stream, revision } of result.events) heads.set(stream, revision)
      return result
    },
  }
}
