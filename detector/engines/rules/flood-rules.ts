/** R1-R4: what a flood looks like in one second of traffic towards one host. Pure functions of the window. */
import { inboundByteShare, inboundShare, type TargetWindow } from '../../windows/target-window.js'
import { atLeast, atMost, evaluate, type RuleResult } from './condition.js'
import { LIMITS } from './limits.js'

/** R1: many sources send and hardly anything goes back. */
export function manySources(window: TargetWindow): RuleResult {
  return evaluate('many sources', [
    atLeast('sources in a second', window.uniqueSources, LIMITS.R1.sources),
    atLeast('of packets inbound', inboundShare(window), LIMITS.R1.inboundShare),
  ])
}

/** R2: connections are begun and not finished. */
export function halfOpen(window: TargetWindow): RuleResult {
  return evaluate('half-open connections', [
    atLeast('SYN in a second', window.syn, LIMITS.R2.syn),
    atLeast('SYN for each pure ACK', window.syn / Math.max(1, window.pureAck), LIMITS.R2.synPerAck),
  ])
}

/** R3: most of the traffic is fragments. */
export function fragmentFlood(window: TargetWindow): RuleResult {
  return evaluate('fragment flood', [
    atLeast('packets in a second', window.inPackets, LIMITS.R3.packets),
    atLeast('of packets fragments', fragmentShare(window), LIMITS.R3.fragmentShare),
    atLeast('of bytes inbound', inboundByteShare(window), LIMITS.R3.inboundByteShare),
  ])
}

const fragmentShare = (window: TargetWindow): number => window.fragments / Math.max(1, window.inPackets)

/** R4: new flows all the time, each with a handful of packets. */
export function flowChurn(window: TargetWindow): RuleResult {
  return evaluate('flow churn', [
    atLeast('flows in a second', window.flows, LIMITS.R4.flows),
    atMost('packets for each flow', window.inPackets / Math.max(1, window.flows), LIMITS.R4.packetsPerFlow),
  ])
}

export type FloodRule = {
  readonly name: string
  readonly judge: (window: TargetWindow) => RuleResult
  /** One of its conditions alone, the rarest: nearly all windows are told from it to be nothing. */
  readonly mayFire: (window: TargetWindow) => boolean
}

export const FLOOD_RULES: readonly FloodRule[] = [
  { name: 'rules/R1', judge: manySources, mayFire: (window) => window.uniqueSources >= LIMITS.R1.sources },
  { name: 'rules/R2', judge: halfOpen, mayFire: (window) => window.syn >= LIMITS.R2.syn },
  { name: 'rules/R3', judge: fragmentFlood, mayFire: (window) => fragmentShare(window) >= LIMITS.R3.fragmentShare },
  { name: 'rules/R4', judge: flowChurn, mayFire: (window) => window.flows >= LIMITS.R4.flows },
]
