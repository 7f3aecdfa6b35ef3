/** A field or member with its value as people read it: history is packed (pack.ts). */
import { unpackFields, unpackMember } from './pack.js'

/** @param name of the key, without its generation; `part` and `value` are bytes as latin1 */
export function showPart(name: string, part: string, value: string): { readonly part: string; readonly value: string } {
  const [partBytes, valueBytes] = [Buffer.from(part, 'latin1'), Buffer.from(value, 'latin1')]
  if (name.startsWith('b:')) return { part: unpackMember(partBytes), value }
  if (!name.startsWith('r:')) return { part: readable(partBytes), value: readable(valueBytes) }
  const [field = part, shown = value] = Object.entries(unpackFields([partBytes, valueBytes]))[0] ?? []
  return { part: field, value: readable(Buffer.from(shown)) }
}

const readable = (bytes: Buffer): string => (/^[\x20-\x7e]*$/.test(bytes.toString('latin1')) ? bytes.toString() : bytes.toString('hex'))
