/** Runs one technique over one mutant, in a process of its own: a mutant may loop for ever or break the module it lives in. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleLab } from './bundle.js'
import type { Edit } from './mutant.js'

export type Experiment = {
  readonly technique: 'scenarios' | 'twins' | 'swarm'
  /** One scenario by name. */
  readonly only?: string
  /** First seed; unused by scenarios. */
  readonly fromSeed?: number
  readonly budgetMs: number
}

export type Finding =
  | { readonly isKilled: true; readonly by: string; readonly kind: string; readonly detail: string; readonly tried: number; readonly ms: number; readonly trace: readonly string[] }
  | { readonly isKilled: false; readonly tried: number; readonly ms: number }

/** A mutant that never comes to an end, or fills the memory, has been noticed too, but only well after every budget. */
const PATIENCE_MS = 60_000
const HEAP_MB = 700

export type Lab = {
  run(experiment: Experiment): Promise<Finding>
  close(): void
}

/** Bundles the simulator with these edits; several experiments may be run on it. Throws where an edit does not fit. */
export async function openLab(edits: readonly Edit[]): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-lab-'))
  const file = join(folder, 'lab.mjs')
  const close = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    await bundleLab(edits, file)
  } catch (error) {
    close()
    throw error
  }
  return { close, run: (experiment) => ask(file, experiment) }
}

function ask(file: string, experiment: Experiment): Promise<Finding> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, file, JSON.stringify(experiment)], { stdio: ['ignore', 'pipe', 'pipe'], timeout: experiment.budgetMs + PATIENCE_MS, killSignal: 'SIGKILL' })
    let answer = ''
    let complaint = ''
    child.stdout.on('data', (chunk: Buffer) => { answer += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { complaint += chunk.toString() })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const ms = Math.round(performance.now() - started)
      if (signal === 'SIGKILL' || signal === 'SIGABRT') return resolve({ isKilled: true, by: experiment.only ?? experiment.technique, kind: 'endless', detail: signal === 'SIGABRT' ? `filled ${HEAP_MB} MB` : `did not end within ${ms} ms`, tried: 1, ms, trace: [] })
      if (code !== 0) return reject(new Error(`the simulator did not run: ${complaint.slice(0, 2000)}`))
      resolve(JSON.parse(answer) as Finding)
    })
  })
}
