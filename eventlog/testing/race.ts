/** Many writers on one log for a while, each with what it was told; the count of what went wrong must be zero. */
import type { EventLog, RecordedEvent } from '../log.js'
import { appendOf, testId } from './events.js'

export type RaceResult = {
  readonly acknowledged: number
  /** Acknowledged and not in the log. */
  readonly lost: number
  /** In the log more than once. */
  readonly doubled: number
  /** Places at which position, revision or a writer's own order is not the next one. */
  readonly outOfOrder: number
}

/** Seconds a race lasts here: CYBERMESH_RACE_SECONDS, else 60 in a full run, else few. */
export const raceSeconds = (): number => Number(process.env['CYBERMESH_RACE_SECONDS'] ?? (process.env['CYBERMESH_FULL'] === '1' ? 60 : 3))

/** Every writer appends to a stream of its own, with its revision, and to one that all share. */
export async function race(open: () => Promise<EventLog>, writers: number, seconds: number): Promise<RaceResult> {
  const endAt = Date.now() + seconds * 1000
  const acknowledged: string[] = []
  const write = async (writer: number): Promise<void> => {
    const log = await open()
    for (let i = 0; Date.now() < endAt; i++) {
      const own = [`${writer}-${i * 2}`, `${writer}-${i * 2 + 1}`]
      const result = await log.append([appendOf(`writer-${writer}`, i === 0 ? 'none' : i * 2 - 1, ...own), appendOf('shared', 'any', `${writer}-shared-${i}`)])
      if (result.kind !== 'appended') throw new Error(`writer ${writer} was told ${result.kind}`)
      acknowledged.push(...result.events.map(({ id }) => id))
    }
    await log.close()
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
  const log = await open()
  const result = await count(log, acknowledged)
  await log.close()
  return result
}

async function count(log: EventLog, acknowledged: readonly string[]): Promise<RaceResult> {
  const times = new Map<string, number>()
  const revisions = new Map<string, number>()
  const own = new Map<string, number>()
  let outOfOrder = 0
  let due = 0
  const note = (event: RecordedEvent): void => {
    times.set(event.id, (times.get(event.id) ?? 0) + 1)
    const revision = (revisions.get(event.stream) ?? -1) + 1
    revisions.set(event.stream, revision)
    const isOwn = event.stream.startsWith('writer-')
    const next = own.get(event.stream) ?? 0
    if (isOwn) own.set(event.stream, next + 1)
    const isDue = event.position === due && event.revision === revision && (!isOwn || event.id === testId(`${event.stream.slice('writer-'.length)}-${next}`))
    if (!isDue) outOfOrder += 1
    due += 1
  }
  for await (const event of log.readAll()) note(event)
  return {
    acknowledged: acknowledged.length, lost: acknowledged.filter((id) => !times.has(id)).length,
    doubled: [...times.values()].filter((many) => many > 1).length, outOfOrder,
  }
}
