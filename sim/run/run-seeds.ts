/** Many seeds on a few threads, with progress; a range of seeds gives the same result on any number of threads. */
import { startWorker } from '../../platform/start-worker.js'
import type { Result } from '../types.js'
import { addTally, emptyTally, type Tally } from './tally.js'
import type { Answer, Job } from './worker.js'

export type RunOptions = {
  readonly from: number
  readonly seeds: number
  readonly workers: number
  /** Number of validators; undefined: drawn from each seed. */
  readonly n: number | undefined
  /** Called often: how many seeds are done. */
  readonly onProgress: (done: number, found: number) => void
}

export type RunOutcome = { readonly tally: Tally; readonly found: readonly Result[] }

/** Seeds a worker takes at a time: few enough that all threads end together. */
const CHUNK = 20
/** Failures kept whole; more of them say nothing new. */
const MAX_FOUND = 50

export async function runSeeds({ from, seeds, workers, n, onProgress }: RunOptions): Promise<RunOutcome> {
  const tally = emptyTally()
  const found: Result[] = []
  let next = from
  const takeJob = (): Job | undefined => {
    if (next >= from + seeds) return undefined
    const job = { from: next, count: Math.min(CHUNK, from + seeds - next), n }
    next += job.count
    return job
  }
  const runWorker = (): Promise<void> => new Promise((resolve, reject) => {
    const worker = startWorker(import.meta.url, './worker')
    const give = (): void => {
      const job = takeJob()
      if (job !== undefined) return worker.postMessage(job)
      worker.terminate().then(() => resolve(), reject)
    }
    worker.on('message', (answer: Answer) => {
      addTally(tally, answer.tally)
      found.push(...answer.found.slice(0, MAX_FOUND - found.length))
      onProgress(tally.seeds, found.length)
      give()
    })
    worker.on('error', reject)
    give()
  })
  await Promise.all(Array.from({ length: Math.min(workers, Math.ceil(seeds / CHUNK)) }, runWorker))
  return { tally, found: found.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}
