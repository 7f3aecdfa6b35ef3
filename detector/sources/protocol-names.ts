/** IP protocols by the names that flow exporters write. */

const PROTOCOLS: Readonly<Record<string, number>> = { ICMP: 1, TCP: 6, UDP: 17, GRE: 47, ESP: 50, 'IPV6-ICMP': 58, SCTP: 132 }

/** Its number, from its number or its name; NaN for what is neither. */
export function protocolOf(text: string): number {
  const number = text.trim() === '' ? NaN : Number(text)
  return Number.isNaN(number) ? PROTOCOLS[text.trim().toUpperCase()] ?? NaN : number
}
