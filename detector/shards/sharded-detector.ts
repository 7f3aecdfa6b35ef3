/**
 * A detector whose counting is done by several threads. All of them see every record, so their seconds end at the same
 * records as in one thread; the main thread puts the parts together in the order of one thread and judges. Invariant: it
 * finds what `newDetector` finds in the same records, with the same counts, whatever the number of workers.
 */
import type { Timed } from '../counting.js'
import { countLeftOut } from '../counts.js'
import { modelVersionOf } from '../engines/default-engines.js'
import type { Engine } from '../engines/engine.js'
import type { Incident } from '../incidents/incident-book.js'
import { newJudging, type Judging, type JudgingOptions } from '../judging.js'
import { WINDOW_MS } from '../windows/target-window.js'
import { newEncoder } from './batch.js'
import { startCrew } from './crew.js'
import { merged, unpacked, type Answer } from './moments.js'
import type { OpenDetector } from './open-detector.js'

export type ShardingOptions = JudgingOptions & {
  readonly workers: number
  /** Records come as they happen: what ends with a second is waited for, and not the next thousand records. */
  readonly isPaced?: boolean
}

/** Records that go to the workers together. */
export const BATCH_RECORDS = 512
/** Batches that are with the workers; beyond it nothing more is read until the oldest is answered. */
const MOST_UNDER_WAY = 8

const NO_INCIDENTS: readonly Incident[] = []

export function newShardedDetector({ workers, isPaced = false, ...options }: ShardingOptions): OpenDetector {
  refuseOtherEngines(options.engines)
  const judging = newJudging(options)
  const { counts } = judging
  const crew = startCrew({ workers, keepsFlows: judging.needsFlows })
  const encode = newEncoder()
  const underWay: { readonly items: readonly Timed[]; readonly answers: Promise<readonly Answer[]> }[] = []
  let items: Timed[] = []
  let second: number | undefined

  const send = (ends: boolean): void => {
    const answers = crew.count(encode(items, ends))
    // Whoever takes it hears of a failure; until then it is nobody's unhandled rejection.
    answers.catch(() => undefined)
    underWay.push({ items, answers })
    items = []
  }

  const takeUntil = async (left: number): Promise<readonly Incident[]> => {
    const found: Incident[] = []
    for (let oldest = underWay[0]; oldest !== undefined && underWay.length > left; oldest = underWay[0]) {
      underWay.shift()
      found.push(...judgeBatch(judging, oldest.items, await oldest.answers))
    }
    return found
  }

  const endsSecond = (item: Timed): boolean => {
    const before = second
    second = Math.floor((item.kind === 'flow' ? item.startMs : item.timeMs) / WINDOW_MS)
    return second !== before
  }

  const add = (item: Timed): readonly Incident[] | Promise<readonly Incident[]> => {
    items.push(item)
    if (isPaced && endsSecond(item)) {
      send(false)
      return takeUntil(0)
    }
    if (items.length < BATCH_RECORDS) return NO_INCIDENTS
    send(false)
    return underWay.length > MOST_UNDER_WAY ? takeUntil(MOST_UNDER_WAY) : NO_INCIDENTS
  }

  return {
    modelVersion: modelVersionOf(options.engines),
    counts,
    accept(item) {
      if (item.kind !== 'skipped' && item.kind !== 'notice') return add(item)
      countLeftOut(counts, item)
      return NO_INCIDENTS
    },
    finish() {
      send(true)
      second = undefined
      return takeUntil(0)
    },
    close: crew.close,
  }
}

/** Walks through the records of a batch as one thread would: moments that end before a record, then the record. */
function judgeBatch(judging: Judging, items: readonly Timed[], answers: readonly Answer[]): readonly Incident[] {
  const found: Incident[] = []
  const places = answers[0]?.moments ?? []
  let next = 0
  const judgeMoments = (before: number): void => {
    for (; places[next]?.before === before; next++) found.push(...judging.judgeMoment(merged(answers.map(({ moments }) => unpacked((moments[next] as Answer['moments'][number]).moment)))))
  }
  items.forEach((item, i) => {
    judgeMoments(i)
    if (item.kind === 'packet') judging.counts.packets += 1
    else if (item.kind === 'flow') found.push(...judging.judgeRecord(item))
  })
  judgeMoments(items.length)
  return found
}

/** Workers leave out what rules and statistics never judge; another engine that looks at windows might have. */
function refuseOtherEngines(engines: readonly Engine[]): void {
  const other = engines.find(({ name, watches }) => name !== 'rules' && name !== 'statistics' && watches.some((kind) => kind !== 'flow'))
  if (other !== undefined) throw new RangeError(`engines: ${other.name} looks at windows that workers leave out; run it with workers 1`)
}
