/**
 * Keyed prefix-preserving anonymisation of IP addresses: two addresses that share their first k bits, and no more, have
 * images that share their first k bits, and no more. Networks stay networks, and without the key nobody finds a host.
 * Crypto-PAn: J. Xu, J. Fan, M. Ammar, S. Moon, "Prefix-Preserving IP Address Anonymization", ICNP 2002, §3.
 */
import { createCipheriv } from 'node:crypto'
import { isIP } from 'node:net'

/** 16 bytes of AES key, 16 bytes that become the pad. */
export const ANONYMISE_KEY_BYTES = 32

/** The image of a textual address; undefined where the text is no address. */
export type AddressMapping = (address: string) => string | undefined

/** Images kept, so that a server that is attacked all day is mapped once. */
const MOST_KEPT = 65_536

/** Throws RangeError where the key has another length. */
export function createAddressMapping(key: Uint8Array): AddressMapping {
  if (key.length !== ANONYMISE_KEY_BYTES) throw new RangeError(`an anonymisation key has ${ANONYMISE_KEY_BYTES} bytes, got ${key.length}`)
  const cipher = createCipheriv('aes-128-ecb', key.subarray(0, 16), null).setAutoPadding(false)
  const pad = cipher.update(key.subarray(16))
  const kept = new Map<string, string>()

  /** Each bit is flipped or not by the first bit of a block that holds all bits before it, and the pad after them. */
  const imageOf = (address: Uint8Array): Uint8Array => {
    const image = Uint8Array.from(address)
    const block = Uint8Array.from(pad)
    for (let bit = 0; bit < address.length * 8; bit++) {
      const at = bit >> 3
      const mask = 0x80 >> (bit & 7)
      if (((cipher.update(block)[0] as number) & 0x80) !== 0) image[at] = (image[at] as number) ^ mask
      block[at] = ((block[at] as number) & ~mask) | ((address[at] as number) & mask)
    }
    return image
  }

  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const address = addressBytes(text)
    if (address === undefined) return undefined
    const image = addressText(imageOf(address))
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(text, image)
    return image
  }
}

/** 4 or 16 bytes; undefined where the text is no address. A zone of a link-local address is left out. */
export function addressBytes(text: string): Uint8Array | undefined {
  const version = isIP(text)
  if (version === 4) return Uint8Array.from(text.split('.'), Number)
  if (version !== 6) return undefined
  const [head = '', tail] = withoutDots(text.split('%')[0] as string).split('::')
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const front = groups(head)
  const back = tail === undefined ? [] : groups(tail)
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back]
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

/** An IPv6 address may end in an IPv4 address. */
function withoutDots(text: string): string {
  const at = text.lastIndexOf(':') + 1
  if (!text.includes('.', at)) return text
  const [a = 0, b = 0, c = 0, d = 0] = text.slice(at).split('.').map(Number)
  return `${text.slice(0, at)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

/** Dotted, or as RFC 5952 §4 wants it: lowercase, the longest run of zero groups left out. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number)).toString(16))
  let longest = { from: 0, length: 1 }
  for (let from = 0; from < 8; from++) {
    let length = 0
    while (groups[from + length] === '0') length += 1
    if (length > longest.length) longest = { from, length }
  }
  if (longest.length === 1) return groups.join(':')
  return `${groups.slice(0, longest.from).join(':')}::${groups.slice(longest.from + longest.length).join(':')}`
}
