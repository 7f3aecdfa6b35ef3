/**
 * Templates as exporters announce them (RFC 3954 §5.2, RFC 7011 §3.4), and records read by them. Invariant: a template
 * whose records could have no bytes is refused, so that reading a set always comes to its end.
 */
import { ipv4Text, ipv6Text } from '../addresses.js'
import { readingOf, type Reading, type Values } from './elements.js'

type Field = { readonly length: number; readonly reading: Reading | undefined }

export type Template = {
  readonly id: number
  readonly fields: readonly Field[]
  /** Of its shortest record. */
  readonly leastBytes: number
  /** Its records describe the exporter and not flows. */
  readonly isOptions: boolean
}

/** More fields than any exporter writes, fewer than a datagram holds. */
const MAX_FIELDS = 512
const VARIABLE = 0xffff
const FIRST_ID = 256
const NTP_TO_UNIX_SECONDS = 2_208_988_800

export type TemplateSet = { readonly templates: readonly Template[]; readonly withdrawn: readonly number[]; readonly isWhole: boolean }

/** @param form which of the four layouts the set's records have */
export function readTemplates(set: Buffer, form: 'v9' | 'v9-options' | 'ipfix' | 'ipfix-options'): TemplateSet {
  const templates: Template[] = []
  const withdrawn: number[] = []
  let at = 0
  while (set.length - at >= 4) {
    const id = set.readUInt16BE(at)
    // RFC 7011 §3.3.1: padding may follow, and is zero.
    if (id === 0 && form !== 'v9-options') return { templates, withdrawn, isWhole: true }
    const read = readOne(set, at, form)
    if (read === undefined) return { templates, withdrawn, isWhole: form === 'v9-options' && isPadding(set, at) }
    at = read.next
    if (read.template === undefined) withdrawn.push(id)
    else templates.push(read.template)
  }
  return { templates, withdrawn, isWhole: true }
}

function readOne(set: Buffer, start: number, form: string): { readonly next: number; readonly template: Template | undefined } | undefined {
  const isOptions = form.endsWith('options')
  const id = set.readUInt16BE(start)
  let at = start + 4
  let count = set.readUInt16BE(start + 2)
  // RFC 7011 §8.1: without fields it is withdrawn; the number of the set itself withdraws all.
  if (count === 0 && form.startsWith('ipfix') && (id >= FIRST_ID || id === (isOptions ? 3 : 2))) return { next: at, template: undefined }
  let scopes = 0
  if (isOptions) {
    if (set.length - start < 6) return undefined
    const second = set.readUInt16BE(start + 4)
    at += 2
    // NetFlow v9 gives the bytes of the scope's and of the options' fields, IPFIX the fields and how many of them are scope.
    if (form === 'v9-options') {
      if (count % 4 !== 0 || second % 4 !== 0) return undefined
      scopes = count / 4
      count = (count + second) / 4
    } else scopes = second
  }
  if (id < FIRST_ID || count === 0 || count > MAX_FIELDS || scopes > count) return undefined
  const fields: Field[] = []
  let leastBytes = 0
  for (let i = 0; i < count; i++) {
    if (set.length - at < 4) return undefined
    const number = set.readUInt16BE(at)
    const length = set.readUInt16BE(at + 2)
    at += 4
    let enterprise = 0
    if (form.startsWith('ipfix') && (number & 0x8000) !== 0) {
      if (set.length - at < 4) return undefined
      enterprise = set.readUInt32BE(at)
      at += 4
    }
    // A scope of NetFlow v9 has numbers of its own: system, interface, card, cache, template.
    const reading = form === 'v9-options' && i < scopes ? undefined : readingOf(form.startsWith('ipfix') ? number & 0x7fff : number, enterprise)
    fields.push({ length, reading })
    leastBytes += length === VARIABLE && form.startsWith('ipfix') ? 1 : length
  }
  return leastBytes === 0 ? undefined : { next: at, template: { id, fields: form.startsWith('ipfix') ? fields : fields.map(fixed), leastBytes, isOptions } }
}

/** NetFlow v9 knows no variable lengths: 65535 is only longer than any datagram. */
const fixed = (field: Field): Field => field.length === VARIABLE ? { ...field, length: VARIABLE + 1 } : field

function isPadding(set: Buffer, from: number): boolean {
  return set.length - from < 4 || set.subarray(from).every((byte) => byte === 0)
}

/** Undefined where the record reaches over the end. */
export function readRecord(template: Template, set: Buffer, start: number): { readonly values: Values; readonly next: number } | undefined {
  const values = new Map<number, number | string>()
  let at = start
  for (const { length: announced, reading } of template.fields) {
    let length = announced
    if (announced === VARIABLE) {
      // RFC 7011 §7: one byte of length, or 255 and two more.
      if (at >= set.length) return undefined
      length = set[at++] as number
      if (length === 255) {
        if (set.length - at < 2) return undefined
        length = set.readUInt16BE(at)
        at += 2
      }
    }
    if (set.length - at < length) return undefined
    if (reading !== undefined && !values.has(reading.key)) {
      const value = valueOf(reading, set, at, length)
      if (value !== undefined) values.set(reading.key, value)
    }
    at += length
  }
  return { values, next: at }
}

/** Undefined for a length that the element cannot have. */
function valueOf({ kind }: Reading, bytes: Buffer, at: number, length: number): number | string | undefined {
  switch (kind) {
    case 'ipv4': return length === 4 ? ipv4Text(bytes, at) : undefined
    case 'ipv6': return length === 16 ? ipv6Text(bytes, at) : undefined
    case 'ntp': return length === 8 ? (bytes.readUInt32BE(at) - NTP_TO_UNIX_SECONDS) * 1000 + bytes.readUInt32BE(at + 4) / 2 ** 32 * 1000 : undefined
    case 'float': return length === 8 ? bytes.readDoubleBE(at) : length === 4 ? bytes.readFloatBE(at) : undefined
    case 'number': {
      // RFC 7011 §6.2: numbers may be written shorter than they are declared.
      if (length >= 1 && length <= 6) return bytes.readUIntBE(at, length)
      if (length !== 7 && length !== 8) return undefined
      const high = bytes.readUIntBE(at, length - 4)
      return Math.min(Number.MAX_SAFE_INTEGER, high * 2 ** 32 + bytes.readUInt32BE(at + length - 4))
    }
  }
}
