/** A worker thread: gets ranges of seeds, runs them, answers with their sum and with what was found. */
import { parentPort } from 'node:worker_threads'
import type { Result } from '../types.js'
import { runTechnique } from './technique.js'
import { addResult, emptyTally, type Tally } from './tally.js'

export type Job = { readonly from: number; readonly count: number; readonly n: number | undefined }
export type Answer = { readonly tally: Tally; readonly found: readonly Result[] }

parentPort?.on('message', ({ from, count, n }: Job) => {
  const tally = emptyTally()
  const found: Result[] = []
  for (let seed = from; seed < from + count; seed++) {
    const result = runTechnique(seed, n)
    addResult(tally, result)
    if (result.violations.length > 0) found.push(result)
  }
  const answer: Answer = { tally, found }
  parentPort?.postMessage(answer)
})
