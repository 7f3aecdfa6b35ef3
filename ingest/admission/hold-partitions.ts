/**
 * Who may be read next. The partitions in which a producer writes more than the pool will take are paused until there is
 * room again. Those that brought mostly what is refused take turns with all the others, where that costs nothing: garbage
 * gets at most every second batch while anybody else has something to say. Nothing that was read is given back, so none is lost or doubled.
 */
import type { ProducerId } from '../../domain/ids.js'
import type { Backlog } from '../mempool/backlog.js'
import type { Consumer, TopicPartition } from '../transport/transport.js'

export type Looked = TopicPartition & {
  readonly isRefused: boolean
  /** Of what was admitted. */
  readonly producer: ProducerId | undefined
}

export type PartitionHold = {
  /** Call it with all that a batch brought, after it was offered to the backlog. */
  look(batch: readonly Looked[]): void
  /** The batch is done with: from here on garbage waits for somebody else to speak. */
  endTurn(): void
  close(): void
}

/** Where nobody else speaks, garbage is read on after this long. */
const TURN_MS = 2

export function createPartitionHold(
  consumer: Pick<Consumer, 'pause' | 'resume' | 'resumesAtOnce'>, backlog: Pick<Backlog, 'isCrowdedBy' | 'onDrain'>, turnMs = TURN_MS,
): PartitionHold {
  const crowded = new Map<string, Set<ProducerId>>()
  /** Partitions whose last batch was garbage: one of them read means that all of them wait. */
  const garbage = new Set<string>()
  const waitsForTurn = new Set<string>()
  const places = new Map<string, TopicPartition>()
  const paused = new Map<string, TopicPartition>()
  let timer: NodeJS.Timeout | undefined

  function settle(place: TopicPartition): void {
    const key = keyOf(place)
    const mustPause = crowded.has(key) || waitsForTurn.has(key)
    if (mustPause === paused.has(key)) return
    if (mustPause) paused.set(key, place)
    else paused.delete(key)
    if (mustPause) consumer.pause([place])
    else consumer.resume([place])
  }

  function nextTurn(): void {
    clearTimeout(timer)
    timer = undefined
    waitsForTurn.clear()
    for (const place of [...paused.values()]) settle(place)
  }

  backlog.onDrain(() => {
    for (const [key, producers] of crowded) {
      for (const producer of producers) if (!backlog.isCrowdedBy(producer)) producers.delete(producer)
      if (producers.size === 0) crowded.delete(key)
    }
    for (const place of [...paused.values()]) settle(place)
  })

  return {
    look(batch) {
      const brought = new Map<string, { readonly place: TopicPartition; refused: number; all: number }>()
      for (const { topic, partition, isRefused, producer } of batch) {
        const place = { topic, partition }
        const key = keyOf(place)
        const count = brought.get(key) ?? { place, refused: 0, all: 0 }
        brought.set(key, count)
        count.all += 1
        if (isRefused) count.refused += 1
        if (producer !== undefined && backlog.isCrowdedBy(producer)) crowded.set(key, (crowded.get(key) ?? new Set()).add(producer))
      }
      if ([...brought.values()].some((count) => !isGarbage(count))) nextTurn()
      for (const [key, count] of brought) {
        places.set(key, count.place)
        if (isGarbage(count)) garbage.add(key)
        else garbage.delete(key)
      }
      if (consumer.resumesAtOnce && [...brought.values()].some(isGarbage)) for (const key of garbage) waitsForTurn.add(key)
      // What comes from a paused one was on its way, or the client has begun anew and forgotten the pause: say it again.
      for (const key of brought.keys()) paused.delete(key)
      for (const place of places.values()) settle(place)
    },
    endTurn() {
      if (waitsForTurn.size > 0) timer ??= setTimeout(nextTurn, turnMs)
    },
    close: () => clearTimeout(timer),
  }
}

/** Mostly refused. */
export const isGarbage = ({ refused, all }: { readonly refused: number; readonly all: number }): boolean => refused * 2 > all

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`
