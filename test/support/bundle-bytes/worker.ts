/** One process of test/soak/bundle-bytes.ts: takes its task as the first message, tells how far it is, and then the outcome. */
import '../../../platform/polyfill.js'
import { readFileSync } from 'node:fs'
import { trySubstitutions, type Outcome } from '../../../audit/verifier/testing/substitutions.js'

export type WorkerTask = { readonly bundle: string; readonly genesis: string; readonly share: number; readonly of: number; readonly every: number }
export type WorkerMessage = { readonly tried: number } | { readonly outcome: Outcome; readonly cpuSeconds: number }

const tell = (message: WorkerMessage, then?: () => void): void => void process.send?.(message, undefined, {}, then)

process.once('message', ({ bundle, genesis, ...share }: WorkerTask) => {
  const outcome = trySubstitutions({ file: new Uint8Array(readFileSync(bundle)), genesis: new Uint8Array(readFileSync(genesis)), ...share }, (tried) => tell({ tried }))
  const { user, system } = process.cpuUsage()
  tell({ outcome, cpuSeconds: (user + system) / 1e6 }, () => process.disconnect())
})
