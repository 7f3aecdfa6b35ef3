/**
 * The first half of the detector: from records to what engines are shown when a second ends. It judges nothing and learns
 * nothing, so several threads that are given the same records can each count a part of them (`shards/`).
 */
import type { Flow } from './flows/flow.js'
import { addToFlow, closeAllFlows, newFlowTable, sweepFlows, takeClosed } from './flows/flow-table.js'
import type { FlowRecord, Packet, Tick } from './sources/records.js'
import type { AnyFlow } from './windows/connection.js'
import { addLongRecord, newSlowWindows, takeSlowWindows, type SlowWindow } from './windows/slow-windows.js'
import { addAttempt, newSourceWindows, takeSourceWindows, type SourceWindow } from './windows/source-windows.js'
import { LATENESS_MS, MAX_TARGETS, addFlowRecord, addPacket, advance, closeAll, newTargetWindows } from './windows/target-windows.js'
import { WINDOW_MS, type TargetWindow } from './windows/target-window.js'

export type Timed = Packet | FlowRecord | Tick

/** What is to be judged when a second ends, in this order. */
export type Moment = {
  readonly windows: readonly TargetWindow[]
  /** Where only some hosts are counted: the place of each window among those of all hosts. */
  readonly places: readonly number[]
  readonly sources: readonly SourceWindow[]
  readonly slow: readonly SlowWindow[]
  /** How many flows ended that were assembled from packets. */
  readonly flowsEnded: number
  /** Those flows, where somebody looks at them. */
  readonly flows: readonly Flow[]
  /** At the end of a recording: what came late, and what its bounds pushed out. */
  readonly end?: Losses
}

export type Losses = { readonly late: number; readonly dropped: Readonly<Record<string, number>> }

export type CountingOptions = {
  readonly keepsFlows: boolean
  /** Whether a source's attempts of the last minute are looked at closer. */
  readonly isWorth: (attempts: readonly AnyFlow[]) => boolean
  /** Absent: everything. */
  readonly share?: Share | undefined
}

/** The part of the records that one thread counts. */
export type Share = {
  /** Hosts whose seconds it counts; absent: of none. */
  readonly isOurs?: (address: string) => boolean
  /** Flows, what sources opened, and slow connections. */
  readonly flows: boolean
}

export type Counting = {
  /** Takes one record and returns the moments that end before it. */
  accept(item: Timed): readonly Moment[]
  /** The end of a recording: closes everything open and forgets it. */
  finish(): Moment
}

const NO_MOMENTS: readonly Moment[] = []
const NO_FLOWS: readonly Flow[] = []

export function newCounting({ keepsFlows, isWorth, share }: CountingOptions): Counting {
  const countsTargets = share === undefined || share.isOurs !== undefined
  const countsFlows = share?.flows ?? true
  let traffic = newTraffic(share)

  /** Everything that is judged when a second ends, besides its windows. */
  const endSecond = (nowMs: number): Pick<Moment, 'sources' | 'slow'> => {
    sweepFlows(traffic.flows, nowMs)
    const slow = takeSlowWindows(traffic.slow, traffic.flows.open.values(), nowMs)
    return { sources: takeSourceWindows(traffic.sources, nowMs, isWorth), slow }
  }

  const endedFlows = (): Pick<Moment, 'flowsEnded' | 'flows'> => {
    const closed = takeClosed(traffic.flows)
    // An empty one is the table's own, which goes on filling.
    return { flowsEnded: closed.length, flows: keepsFlows && closed.length > 0 ? closed : NO_FLOWS }
  }

  const moveTo = (timeMs: number): readonly Moment[] => {
    // Captures are joined from parts; a large step back is a new recording, and its seconds are not the old ones'.
    const restarted = traffic.nowMs !== undefined && timeMs < traffic.nowMs - LATENESS_MS ? [finish()] : NO_MOMENTS
    const { second } = traffic.targets
    const windows = advance(traffic.targets, timeMs)
    traffic.nowMs = Math.max(traffic.nowMs ?? timeMs, timeMs)
    if (traffic.targets.second === second) return restarted
    return [...restarted, { windows, places: traffic.targets.places, ...endSecond(timeMs), ...endedFlows() }]
  }

  const finish = (): Moment => {
    const endMs = (traffic.nowMs ?? 0) + WINDOW_MS
    const windows = closeAll(traffic.targets)
    const { places } = traffic.targets
    traffic.slow.nextCheckMs = endMs
    const last = endSecond(endMs)
    closeAllFlows(traffic.flows)
    const moment = { windows, places, ...last, ...endedFlows(), end: lossesOf(traffic) }
    traffic = newTraffic(share)
    return moment
  }

  return {
    accept(item) {
      const moments = moveTo(item.kind === 'flow' ? item.startMs : item.timeMs)
      if (item.kind === 'tick') return moments
      if (countsTargets) {
        if (item.kind === 'packet') addPacket(traffic.targets, item)
        else addFlowRecord(traffic.targets, item)
      }
      if (countsFlows) {
        if (item.kind === 'packet') addPacketToFlows(traffic, item)
        else addRecordToFlows(traffic, item)
      }
      return moments
    },
    finish,
  }
}

/** What a recording has open: all of it bounded, all of it forgotten at its end. */
type Traffic = {
  nowMs: number | undefined
  readonly flows: ReturnType<typeof newFlowTable>
  readonly targets: ReturnType<typeof newTargetWindows>
  readonly sources: ReturnType<typeof newSourceWindows>
  readonly slow: ReturnType<typeof newSlowWindows>
}

const newTraffic = (share: Share | undefined): Traffic => ({
  nowMs: undefined, flows: newFlowTable(), targets: newTargetWindows(MAX_TARGETS, share?.isOurs), sources: newSourceWindows(), slow: newSlowWindows(),
})

function addPacketToFlows(traffic: Traffic, packet: Packet): void {
  const opened = addToFlow(traffic.flows, packet)
  if (opened !== undefined) addAttempt(traffic.sources, opened)
}

function addRecordToFlows(traffic: Traffic, record: FlowRecord): void {
  addAttempt(traffic.sources, record)
  addLongRecord(traffic.slow, record)
}

const lossesOf = ({ flows, targets, sources, slow }: Traffic): Losses => ({
  late: targets.late,
  dropped: {
    'flow-evicted': flows.evicted, 'target-spilled': targets.open.spilled, 'source-spilled': sources.sources.spilled,
    'attempt-dropped': sources.attemptsDropped, 'slow-record-dropped': slow.recordsDropped,
  },
})
