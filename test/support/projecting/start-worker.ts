/** Starts a worker process and hears what it says. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { bundleProgram } from '../../../platform/testing/bundle-program.js'
import type { Order, Report } from './messages.js'

const PROGRAM = fileURLToPath(await bundleProgram(new URL('./worker.ts', import.meta.url)))

export type Worker = {
  /** Everything it said so far. */
  readonly heard: Report[]
  /** Told of each report. */
  onReport: (report: Report) => void
  tell(order: Order): void
  /** The first report of a kind, after those that were heard before. Rejects when the process ends, or says that it failed. */
  next<K extends Report['kind']>(kind: K): Promise<Extract<Report, { kind: K }>>
  kill(): Promise<void>
}

export type WorkerPlaces = { readonly log: string; readonly url: string; readonly timelines: string; readonly redis?: string | undefined }

export async function startWorker({ log, url, timelines, redis }: WorkerPlaces): Promise<Worker> {
  const child = spawn(process.execPath, [PROGRAM, log, url, timelines, ...(redis === undefined ? [] : [redis])], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const leave = (): void => { child.kill('SIGKILL') }
  process.once('exit', leave)
  const heard: Report[] = []
  const waiting = new Set<(report: Report | undefined) => void>()
  const worker: Worker = {
    heard,
    onReport: () => undefined,
    tell: (order) => { child.send(order) },
    next: (kind) => new Promise((resolve, reject) => {
      const look = (report: Report | undefined): void => {
        if (report !== undefined && report.kind !== kind && report.kind !== 'failed') return
        waiting.delete(look)
        if (report?.kind === kind) resolve(report as never)
        else reject(new Error(report?.kind === 'failed' ? report.sentence : 'the worker ended'))
      }
      waiting.add(look)
    }),
    async kill() {
      process.off('exit', leave)
      child.kill('SIGKILL')
      await ended
    },
  }
  child.on('message', (report: Report) => {
    heard.push(report)
    worker.onReport(report)
    for (const look of [...waiting]) look(report)
  })
  void ended.then(() => { for (const look of [...waiting]) look(undefined) })
  await worker.next('ready')
  return worker
}
