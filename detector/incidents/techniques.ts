/** MITRE ATT&CK (Enterprise) techniques of what rules see. A finding that says no more than "unusual" has none. */
import type { Attack } from '../engines/engine.js'
import type { Decision } from '../engines/ensemble.js'

const TECHNIQUES: Readonly<Record<Attack, readonly string[]>> = {
  syn_flood: ['T1498.001', 'T1499.001'], udp_flood: ['T1498.001'], icmp_flood: ['T1498.001'], fragment_flood: ['T1498.001'], tcp_flood: ['T1498.001'],
  connection_flood: ['T1499.002'], slow_http: ['T1499.002'],
  port_scan: ['T1046'], host_sweep: ['T1046', 'T1018'], password_guessing: ['T1110'],
  unusual_traffic: [], model_finding: [],
}

/** From which port amplifiers answer: DNS, NTP, SNMP, CLDAP, SSDP, memcached, BACnet, and others that floods reflect from. */
const REFLECTORS: ReadonlySet<number> = new Set([17, 19, 53, 111, 123, 137, 161, 389, 1900, 3283, 3702, 5353, 10001, 11211, 47808])

export function techniquesOf({ finding, observation }: Decision): readonly string[] {
  const isReflected = observation.kind === 'target-window' && (finding.attack === 'udp_flood' || finding.attack === 'fragment_flood') && REFLECTORS.has(observation.topSourcePort)
  return isReflected ? ['T1498.002'] : TECHNIQUES[finding.attack]
}
