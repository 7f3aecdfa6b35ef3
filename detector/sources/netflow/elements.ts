/**
 * The information elements that make a flow, by their numbers in IANA's registry (NetFlow v9 shares the low ones), and
 * how each is read. Everything else is skipped by its length.
 */

export const E = {
  octets: 1, packets: 2, protocol: 4, tcpFlags: 6, sourcePort: 7, sourceV4: 8, destinationPort: 11, destinationV4: 12,
  endUptime: 21, startUptime: 22, sourceV6: 27, destinationV6: 28, samplingInterval: 34, samplerId: 48, samplerInterval: 50,
  octetsTotal: 85, packetsTotal: 86, startSeconds: 150, endSeconds: 151, startMillis: 152, endMillis: 153, startMicros: 154, endMicros: 155,
  startNanos: 156, endNanos: 157, startDelta: 158, endDelta: 159, bootMillis: 160, durationMillis: 161, durationMicros: 162,
  initiatorOctets: 231, responderOctets: 232, initiatorPackets: 298, responderPackets: 299, selectorId: 302,
  samplingPacketInterval: 305, samplingPacketSpace: 306, samplingProbability: 311, eventMillis: 323, layer2Octets: 352,
} as const

/** RFC 5103 §6.1: the same elements of the other direction stand under this enterprise number. */
export const REVERSE_ENTERPRISE = 29_305
/** Reverse elements are kept beside the forward ones. */
const REVERSE = 0x1_0000
export const reverseOf = (element: number): number => element + REVERSE

type Kind = 'number' | 'ipv4' | 'ipv6' | 'ntp' | 'float'
export type Reading = { readonly key: number; readonly kind: Kind }

const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  ...Object.values(E).map((element) => [element, 'number'] as const),
  [E.sourceV4, 'ipv4'], [E.destinationV4, 'ipv4'], [E.sourceV6, 'ipv6'], [E.destinationV6, 'ipv6'],
  // RFC 7011 §6.1.9 and 10: seconds since 1900 and a binary fraction, whatever the unit of the name.
  [E.startMicros, 'ntp'], [E.endMicros, 'ntp'], [E.startNanos, 'ntp'], [E.endNanos, 'ntp'], [E.samplingProbability, 'float'],
])
const REVERSIBLE: ReadonlySet<number> = new Set([E.octets, E.packets, E.tcpFlags, E.octetsTotal, E.packetsTotal, E.layer2Octets])

/** Undefined for what is no part of a flow. @param enterprise 0 for IANA's own */
export function readingOf(element: number, enterprise: number): Reading | undefined {
  const kind = KINDS.get(element)
  if (kind === undefined) return undefined
  if (enterprise === 0) return { key: element, kind }
  return enterprise === REVERSE_ENTERPRISE && REVERSIBLE.has(element) ? { key: reverseOf(element), kind } : undefined
}

export type Values = ReadonlyMap<number, number | string>

export function numberIn(values: Values, ...keys: readonly number[]): number | undefined {
  for (const key of keys) {
    const value = values.get(key)
    if (typeof value === 'number') return value
  }
  return undefined
}
