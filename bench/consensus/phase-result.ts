/** One phase as all validators saw it, in the figures that the benchmark is about. */
import { summarise, type Summary } from '../percentiles.js'
import type { Phase, ValidatorResult } from './protocol.js'

export type PhaseResult = {
  readonly name: string
  readonly offeredPerSecond: number
  readonly seconds: number
  /** Of the slowest validator: transactions whose commit it was told before the load ended, a second. */
  readonly committedPerSecond: number
  /** Due but not committed by the end, at the validator that missed most. */
  readonly lost: number
  readonly shed: number
  /** Due until told, over all transactions at all validators. */
  readonly commitMs: Summary
  readonly txPerBlock: Summary
  readonly blocksPerSecond: number
  readonly viewChanges: number
  /** Of one validator. */
  readonly cpuMicrosPerTx: number
  readonly bytesSentPerTx: number
  /** Share of one core, of one validator. */
  readonly cpuShare: number
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly rssBytes: number
  readonly agreed: boolean
}

export function summarisePhase(phase: Phase, results: readonly ValidatorResult[]): PhaseResult {
  const n = results.length
  const sum = (of: (result: ValidatorResult) => number): number => results.reduce((total, result) => total + of(result), 0)
  const most = (of: (result: ValidatorResult) => number): number => Math.max(...results.map(of))
  const first = results[0] as ValidatorResult
  const committed = Math.min(...results.map((result) => result.committed))
  const cpuMicros = sum((result) => result.cpuMicros) / n
  const wallSeconds = phase.seconds + phase.drainMs / 1000
  return {
    name: phase.name, offeredPerSecond: phase.rate, seconds: phase.seconds,
    committedPerSecond: Math.min(...results.map((result) => result.committedInTime)) / phase.seconds,
    lost: Math.round(phase.rate * phase.seconds) - Math.min(...results.map((result) => result.committed + result.shed)), shed: most((result) => result.shed),
    commitMs: summarise(concat(results.map(({ latencyMs }) => latencyMs))),
    txPerBlock: first.blocks, blocksPerSecond: (first.blocks.count + first.emptyBlocks) / phase.seconds,
    viewChanges: most((result) => result.viewChanges),
    cpuMicrosPerTx: committed === 0 ? 0 : cpuMicros / committed, bytesSentPerTx: committed === 0 ? 0 : sum((result) => result.bytesSent) / n / committed,
    cpuShare: cpuMicros / 1e6 / wallSeconds,
    loopDelayMs: { p50: most((r) => r.loopDelayMs.p50), p99: most((r) => r.loopDelayMs.p99), max: most((r) => r.loopDelayMs.max) },
    rssBytes: most((result) => result.rssBytes),
    agreed: results.every(({ height, stateRoot }) => height !== first.height || stateRoot === first.stateRoot),
  }
}

function concat(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((length, part) => length + part.length, 0))
  parts.reduce((offset, part) => {
    joined.set(part, offset)
    return offset + part.length
  }, 0)
  return joined
}
