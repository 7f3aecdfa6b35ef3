/** What one validator sees of one phase: when each transaction was due and when its commit was told. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { TxId } from '../../domain/ids.js'
import type { CommittedBlock } from '../../consensus/core/protocol.js'
import { summarise } from '../percentiles.js'
import { dueAt } from './feed.js'
import type { Phase, ValidatorResult } from './protocol.js'

export type PhaseRecorder = {
  offered(txId: TxId, index: number): void
  shed(count: number): void
  committed(blocks: readonly CommittedBlock[], now: number): void
  /** Whether every transaction that was offered and not shed is committed. */
  isSettled(): boolean
  finish(end: Outside): ValidatorResult
}

/** Counters of the process that are read at both ends of the phase. */
export type Outside = { readonly index: number; readonly viewChanges: number; readonly bytesSent: number; readonly height: number; readonly stateRoot: string }

export function recordPhase(phase: Phase, start: Outside): PhaseRecorder {
  const indexOf = new Map<TxId, number>()
  /** Four others need no fifth: a commit may be told before this validator's own feed has had its turn. */
  const toldEarly = new Map<TxId, number>()
  const latencies: number[] = []
  const blockSizes: number[] = []
  const lastDue = phase.startAt + phase.seconds * 1000
  const cpu = process.cpuUsage()
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  let offered = 0
  let shed = 0
  let emptyBlocks = 0
  let committedInTime = 0
  const count = (index: number, toldAt: number): void => {
    latencies.push(toldAt - dueAt(phase, index))
    if (toldAt <= lastDue) committedInTime += 1
  }

  return {
    offered(txId, index) {
      offered += 1
      const toldAt = toldEarly.get(txId)
      if (toldAt === undefined) return void indexOf.set(txId, index)
      toldEarly.delete(txId)
      count(index, toldAt)
    },
    shed: (count) => { shed += count },
    committed(blocks, now) {
      for (const { block: { transactions } } of blocks) {
        if (transactions.length === 0) emptyBlocks += 1
        else blockSizes.push(transactions.length)
        for (const { id } of transactions) {
          const index = indexOf.get(id)
          if (index === undefined) {
            toldEarly.set(id, now)
            continue
          }
          indexOf.delete(id)
          count(index, now)
        }
      }
    },
    isSettled: () => indexOf.size === 0,
    finish(end) {
      delay.disable()
      const { user, system } = process.cpuUsage(cpu)
      const milliseconds = (nanoseconds: number): number => nanoseconds / 1e6
      return {
        index: start.index, offered, shed, committed: latencies.length, committedInTime, latencyMs: Float64Array.from(latencies),
        blocks: summarise(blockSizes), emptyBlocks, viewChanges: end.viewChanges - start.viewChanges, cpuMicros: user + system,
        bytesSent: end.bytesSent - start.bytesSent, rssBytes: process.memoryUsage.rss(), height: end.height, stateRoot: end.stateRoot,
        loopDelayMs: { p50: milliseconds(delay.percentile(50)), p99: milliseconds(delay.percentile(99)), max: milliseconds(delay.max) },
      }
    },
  }
}
