/** The threads that count: started, asked, and stopped together. One that fails takes the others with it. */
import type { Worker } from 'node:worker_threads'
import { startWorker } from '../../platform/start-worker.js'
import type { Batch } from './batch.js'
import { ShardError } from './errors.js'
import type { Answer } from './moments.js'

export type CrewOptions = {
  readonly workers: number
  /** Whether flows that end are sent back. */
  readonly keepsFlows: boolean
}

export type Crew = {
  /** Every worker's answer to a batch. Rejects with ShardError once a worker has failed. */
  count(batch: Batch): Promise<readonly Answer[]>
  /** Resolves when no thread runs any more. */
  close(): Promise<void>
}

type Waiting = { readonly resolve: (answer: Answer) => void; readonly reject: (error: ShardError) => void }
type Member = { readonly thread: Worker; readonly waiting: Waiting[] }

export function startCrew({ workers, keepsFlows }: CrewOptions): Crew {
  let failure: ShardError | undefined

  const fail = (error: ShardError): void => {
    failure ??= error
    for (const { waiting } of crew) for (const { reject } of waiting.splice(0)) reject(failure)
  }

  const hire = (worker: number): Member => {
    const thread = startWorker(import.meta.url, './worker', { workers, keepsFlows, worker })
    const waiting: Waiting[] = []
    thread.on('message', (answer: Answer) => waiting.shift()?.resolve(answer))
    thread.on('messageerror', (cause) => { fail(new ShardError(worker, 'its answer cannot be read', { cause })) })
    thread.on('error', (cause) => { fail(new ShardError(worker, cause instanceof Error ? cause.message : String(cause), { cause })) })
    thread.on('exit', (code) => { fail(new ShardError(worker, `it ended with code ${code}`)) })
    return { thread, waiting }
  }

  const crew: readonly Member[] = Array.from({ length: workers }, (_, worker) => hire(worker))

  const ask = ({ thread, waiting }: Member, batch: Batch): Promise<Answer> => new Promise((resolve, reject) => {
    if (failure !== undefined) return reject(failure)
    waiting.push({ resolve, reject })
    thread.postMessage(batch)
  })

  return {
    count: (batch) => Promise.all(crew.map((member) => ask(member, batch))),
    async close() {
      await Promise.all(crew.map(({ thread }) => thread.terminate()))
    },
  }
}
