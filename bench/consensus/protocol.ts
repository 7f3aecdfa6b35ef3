/** What the measuring process and the validators it forks say to each other. */
import type { Summary } from '../percentiles.js'

export type ValidatorConfig = {
  readonly index: number
  readonly folder: string
  readonly genesisPath: string
  /** 32 bytes as hex. */
  readonly seed: string
  /** Multiaddrs of all validators, in genesis order. */
  readonly addresses: readonly string[]
  readonly baseTimeoutMs: number
}

/** A load: transaction i of the file is due at `startAt + i * 1000 / rate`. */
export type Phase = {
  readonly name: string
  readonly workload: string
  readonly startAt: number
  /** Transactions a second; every validator is offered each of them. */
  readonly rate: number
  readonly seconds: number
  /** How long after the last one is due the phase waits for commits. */
  readonly drainMs: number
}

export type ToValidator =
  | { readonly type: 'run'; readonly phase: Phase }
  | { readonly type: 'measure-hops'; readonly to: number; readonly count: number }
  | { readonly type: 'stop' }

export type FromValidator =
  | { readonly type: 'ready' }
  | { readonly type: 'ran'; readonly result: ValidatorResult }
  | { readonly type: 'hops'; readonly milliseconds: Float64Array }
  | { readonly type: 'failed'; readonly sentence: string }

/** What one validator saw of one phase. */
export type ValidatorResult = {
  readonly index: number
  readonly offered: number
  /** Refused by a full pool. */
  readonly shed: number
  readonly committed: number
  /** Of these, committed before the last transaction was due: what counts as throughput. */
  readonly committedInTime: number
  /** From the moment a transaction was due until its commit was told here, milliseconds. */
  readonly latencyMs: Float64Array
  readonly blocks: Summary
  readonly emptyBlocks: number
  readonly viewChanges: number
  /** User and system time of all threads of the process, microseconds. */
  readonly cpuMicros: number
  readonly bytesSent: number
  /** How late the event loop ran its timers, milliseconds. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly rssBytes: number
  /** State root by height of the last block committed. */
  readonly height: number
  readonly stateRoot: string
}
