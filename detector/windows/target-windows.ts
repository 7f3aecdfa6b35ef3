/**
 * Tumbling one-second windows per address. Invariant: only one second is open at a time, and it closes when time moves
 * on, whether a packet or a tick says so. Records up to `LATENESS_MS` late count into the open second and are counted
 * as late; a larger step back is a new recording (captures are joined from parts), which closes the second.
 */
import type { FlowRecord, Packet } from '../sources/records.js'
import { boundedMap, type BoundedMap } from './bounded-map.js'
import { countFlowAtInitiator, countFlowAtResponder } from './count-flow.js'
import { countInbound, countOutbound } from './count-packet.js'
import { WINDOW_MS, closeWindow, openWindow, type OpenWindow, type TargetWindow } from './target-window.js'

export const LATENESS_MS = 5000
/** Addresses with an open window; a flood from spoofed sources passes it and the quietest early ones are dropped. */
export const MAX_TARGETS = 100_000

export type TargetWindows = {
  /** Start of the open second, undefined before the first record. */
  second: number | undefined
  readonly open: BoundedMap<string, OpenWindow>
  late: number
}

export const newTargetWindows = (maxTargets = MAX_TARGETS): TargetWindows => ({
  second: undefined, open: boundedMap(maxTargets), late: 0,
})

/** Moves time to `timeMs` and returns the windows that closed. */
export function advance(windows: TargetWindows, timeMs: number): readonly TargetWindow[] {
  const second = Math.floor(timeMs / WINDOW_MS) * WINDOW_MS
  if (windows.second === undefined) windows.second = second
  if (second === windows.second) return []
  if (second < windows.second && windows.second - second <= LATENESS_MS) {
    windows.late += 1
    return []
  }
  const closed = closeAll(windows)
  windows.second = second
  return closed
}

/** Closes the open second whatever the time: the end of a source. */
export function closeAll(windows: TargetWindows): readonly TargetWindow[] {
  const closed: TargetWindow[] = []
  for (const window of windows.open.values()) if (window.inPackets > 0) closed.push(closeWindow(window))
  windows.open.clear()
  windows.second = undefined
  return closed
}

/** Call after `advance` to the packet's time. */
export function addPacket(windows: TargetWindows, packet: Packet): void {
  countInbound(windowOf(windows, packet.destination), packet)
  countOutbound(windowOf(windows, packet.source), packet)
}

/** Call after `advance` to the flow's start. */
export function addFlowRecord(windows: TargetWindows, flow: FlowRecord): void {
  countFlowAtResponder(windowOf(windows, flow.destination), flow)
  countFlowAtInitiator(windowOf(windows, flow.source), flow)
}

function windowOf(windows: TargetWindows, target: string): OpenWindow {
  const known = windows.open.get(target)
  if (known !== undefined) return known
  const opened = openWindow(target, windows.second as number)
  windows.open.set(target, opened)
  return opened
}
