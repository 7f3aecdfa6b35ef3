/** What a flood window means: who is the target, and which attack it is. */
import { ICMP, ICMP_V6, TCP, UDP } from '../../sources/records.js'
import { inboundShare, type TargetWindow } from '../../windows/target-window.js'
import type { Attack, Finding } from '../engine.js'
import { halfOpen } from './flood-rules.js'
import { DISTRIBUTED_SOURCES, LIMITS } from './limits.js'

/** Answers make up this much of what the host receives, and it sends about as much: it is the one who asks. */
const ANSWER_SHARE = 0.5
const BALANCED_SHARE = 0.6

/**
 * A victim's answers trip the flood rules towards the attacker as well (measured: R4 in CIC-DDoS2019). The target is
 * the side with the larger inbound share, so a host that sends more than it receives is not named, with one exception:
 * a host that receives mostly SYN is asked, not answered, and it may well send more than it receives, because it
 * repeats its SYN-ACKs to spoofed sources that stay silent. At an even share the kind of packet decides: a scanner gets
 * one SYN-ACK or RST for each probe, a client of UDP services gets answers from one port on many of its own.
 */
export function receivesAnswers(window: TargetWindow): boolean {
  if (isAsked(window)) return false
  const share = inboundShare(window)
  if (share < 0.5) return true
  if (share > BALANCED_SHARE) return false
  if (window.protocol === UDP) return window.sourcePortEntropyBits < window.destinationPortEntropyBits
  return (window.synAck + window.rst) / window.inPackets >= ANSWER_SHARE
}

const isAsked = (window: TargetWindow): boolean => window.syn * 2 >= window.inPackets

export function floodFinding(window: TargetWindow): Finding {
  const only = window.topSources[0]?.address ?? ''
  const source = window.uniqueSources === 1 ? only : ''
  if (isScan(window)) {
    return { threatType: 'network_intrusion', attack: 'port_scan', target: window.target, destinationPort: 0, source: only }
  }
  return {
    threatType: window.uniqueSources >= DISTRIBUTED_SOURCES ? 'ddos' : 'dos',
    attack: floodAttack(window), target: window.target, destinationPort: window.topDestinationPort, source,
  }
}

/** A fast scan begins connections like a flood, but each to another port and not in a flood's numbers. */
function isScan(window: TargetWindow): boolean {
  return window.uniqueSources < DISTRIBUTED_SOURCES && isAsked(window) && window.syn < LIMITS.scanSyn &&
    window.uniqueDestinationPorts >= LIMITS.R5.ports && window.uniqueDestinationPorts * 2 >= window.flows
}

function floodAttack(window: TargetWindow): Attack {
  if (window.fragments * 2 >= window.inPackets) return 'fragment_flood'
  switch (window.protocol) {
    case UDP: return 'udp_flood'
    case ICMP:
    case ICMP_V6: return 'icmp_flood'
    case TCP: return isAsked(window) || halfOpen(window).fired ? 'syn_flood' : 'tcp_flood'
    default: return 'unusual_traffic'
  }
}
