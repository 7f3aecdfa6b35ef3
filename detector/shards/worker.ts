/** A thread that counts its share of all records. It answers every batch, in order, with the moments that ended in it. */
import { parentPort, workerData } from 'node:worker_threads'
import { newCounting } from '../counting.js'
import { mayFireOnSource } from '../engines/rules/source-rules.js'
import { newDecoder, type Batch } from './batch.js'
import type { CrewOptions } from './crew.js'
import { packed, type Answer } from './moments.js'
import { shareOf } from './share.js'

const { worker, workers, keepsFlows } = workerData as CrewOptions & { readonly worker: number }
const counting = newCounting({ keepsFlows, isWorth: mayFireOnSource, share: shareOf(worker, workers) })
const decode = newDecoder()

parentPort?.on('message', (batch: Batch) => {
  const moments: Answer['moments'][number][] = []
  let before = 0
  for (const item of decode(batch)) {
    for (const moment of counting.accept(item)) moments.push({ before, moment: packed(moment) })
    before += 1
  }
  if (batch.ends) moments.push({ before, moment: packed(counting.finish()) })
  parentPort?.postMessage({ moments } satisfies Answer)
})
