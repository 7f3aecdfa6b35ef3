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
  /** Which addresses are counted here; the others only keep their place, so that bounds and order are those of all. Absent: all are. */
  readonly isOurs?: ((address: string) => boolean) | undefined
  /** With `isOurs`: of the windows that closed last, the place of each among all that were open. */
  places: number[]
}

export const newTargetWindows = (maxTargets = MAX_TARGETS, isOurs?: (address: string) => boolean): TargetWindows => ({
  second: undefined, open: boundedMap(maxTargets), late: 0, isOurs, places: [],
})

/** Stands in for every window that another thread counts. */
const NOT_OURS = openWindow('', 0)

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
  windows.places = []
  let place = 0
  for (const window of windows.open.values()) {
    place += 1
    // Nothing is counted into the stand-in, so it never closes.
    if (window.inPackets === 0) continue
    closed.push(closeWindow(window))
    if (windows.isOurs !== undefined) windows.places.push(place)
  }
  windows.open.clear()
  windows.second = undefined
  return closed
}

/** Call after `advance` to the packet's time. */
export function addPacket(windows: TargetWindows, packet: Packet): void {
  const receiver = windowOf(windows, packet.destination)
  if (receiver !== NOT_OURS) countInbound(receiver, packet)
  const sender = windowOf(windows, packet.source)
  if (sender !== NOT_OURS) countOutbound(sender, packet)
}

/** Call after `advance` to the flow's start. */
export function addFlowRecord(windows: TargetWindows, flow: FlowRecord): void {
  const responder = windowOf(windows, flow.destination)
  if (responder !== NOT_OURS) countFlowAtResponder(responder, flow)
  const initiator = windowOf(windows, flow.source)
  if (initiator !== NOT_OURS) countFlowAtInitiator(initiator, flow)
}

function windowOf(windows: TargetWindows, target: string): OpenWindow {
  const known = windows.open.get(target)
  if (known !== undefined) return known
  const opened = windows.isOurs?.(target) === false ? NOT_OURS : openWindow(target, windows.second as number)
  windows.open.set(target, opened)
  return opened
}
