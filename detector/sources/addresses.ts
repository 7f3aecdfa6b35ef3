/** IP addresses as text: dotted IPv4, IPv6 by RFC 5952, so that one address has one spelling. */
import { isIP } from 'node:net'

export function ipv4Text(bytes: Buffer, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

export function ipv6Text(bytes: Buffer, at: number): string {
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push(bytes.readUInt16BE(at + i))
  const { start, length } = longestZeroRun(groups)
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  // RFC 5952 §4.2.2: a single zero group is not shortened.
  if (length < 2) return hex(groups)
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let end = start
    while (end < groups.length && groups[end] === 0) end++
    if (end - start > best.length) best = { start, length: end - start }
    if (end > start) start = end
  }
  return best
}

/** The one spelling of an address that somebody else wrote; undefined for what is none. A zone (`%eth0`) is left out. */
export function canonicalAddress(text: string): string | undefined {
  const address = text.split('%', 1)[0] as string
  const version = isIP(address)
  if (version !== 6) return version === 4 ? address : undefined
  return new URL(`http://[${address}]/`).hostname.slice(1, -1)
}
