/** The part of a bundle that each of its bytes belongs to; `file` for what stands between them. */
import { canonicalJson, type Json } from '../../../domain/canonical-json.js'

/** Throws where the file is not canonical. */
export function partsByByte(file: Uint8Array): string[] {
  const text = Buffer.from(file).toString('latin1')
  const parts = JSON.parse(Buffer.from(file).toString()) as { readonly [part: string]: Json }
  const owners = Array.from(text, () => 'file')
  for (const [part, content] of Object.entries(parts)) {
    const from = text.indexOf(`"${part}":`) + part.length + 3
    const value = Buffer.from(canonicalJson(content)).toString('latin1')
    if (text.slice(from, from + value.length) !== value) throw new Error(`${part} is not written as canonical JSON`)
    owners.fill(part, from, from + value.length)
  }
  return owners
}
