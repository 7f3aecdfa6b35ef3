import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { historyAppends } from '../../bench/log/history.js'
import { canonicalJson, type Json } from '../canonical-json.js'
import { fastBytes } from './fast-bytes.js'
import { fastReader, fastWriter } from './fast-codec.js'
import { eventSchemas, type DomainEvent } from './schema.js'
import { nodeOf } from './schema-nodes.js'

const events: DomainEvent[] = [...historyAppends(160, 1000)].flat().flatMap(({ events }) => events.map(({ event }) => event))
const perType = [...new Map(events.map((event) => [event.type, event])).values()]
const schemaOf = (type: DomainEvent['type']): z.ZodType => eventSchemas[type] as unknown as z.ZodType

describe('events read and written without the schema library', () => {
  test.each(perType)('an event $type is written and read as the library does', ({ type, data }) => {
    const json = z.encode(schemaOf(type), data)
    expect(fastWriter(nodeOf(schemaOf(type)))(data)).toEqual(json)
    expect(canonicalJson(fastWriter(nodeOf(schemaOf(type)))(data) as Json)).toBe(canonicalJson(json as Json))
    expect(fastReader(nodeOf(schemaOf(type)))(json)).toEqual(data)
  })

  test('whatever is done to an event, what the fast reader takes is what the library reads', () => {
    const junk = fc.oneof(fc.jsonValue(), fc.constantFrom('', '0', '-0', '9007199254740993', '00', 'ff', '=', '\u2028', -0, 1.5, 2 ** 53, null, [], {}))
    fc.assert(fc.property(fc.constantFrom(...perType), fc.nat(), junk, fc.constantFrom('replace', 'remove', 'add'), ({ type, data }, where, value, how) => {
      const json = JSON.parse(JSON.stringify(z.encode(schemaOf(type), data))) as Json
      const places = placesIn(json)
      const { holder, key } = places[where % places.length] as Place
      if (how === 'replace') holder[key] = value
      else if (how === 'remove') delete holder[key]
      else holder[`${key}x`] = value
      const library = z.safeDecode(schemaOf(type), json as never)
      const fast = fastReader(nodeOf(schemaOf(type)))(json)
      if (library.success) expect(fast).toEqual(library.data)
      else expect(fast).toBeUndefined()
    }), { numRuns: 1000 })
  })

  test('whatever is done to an event, what the fast writer takes is what the library writes', () => {
    const junk = fc.oneof(fc.anything(), fc.constantFrom(-0, 1.5, 2 ** 53, Number.NaN, Infinity, undefined, '', 'ff'))
    fc.assert(fc.property(fc.constantFrom(...perType), fc.nat(), junk, ({ type, data }, where, value) => {
      const changed = structuredClone(data) as unknown as Json
      const places = placesIn(changed)
      const { holder, key } = places[where % places.length] as Place
      holder[key] = value
      const library = z.safeEncode(schemaOf(type), changed as never)
      const fast = fastWriter(nodeOf(schemaOf(type)))(changed)
      if (fast !== undefined) expect(fast).toEqual(library.data)
      const sink = { bytes: new Uint8Array(65_536), at: 0 }
      const isWritten = fastBytes(nodeOf(schemaOf(type)))(sink, changed)
      expect(isWritten).toBe(fast !== undefined)
      if (isWritten) expect(Buffer.from(sink.bytes.subarray(0, sink.at)).toString()).toBe(canonicalJson(fast as Json))
    }), { numRuns: 1000 })
  })

  test('a schema that is not understood is left to the library', () => {
    for (const schema of [z.record(z.string(), z.string()), z.string().min(3), z.object({ a: z.string() }), z.string().transform(Number), z.date(), z.array(z.string()).max(2)]) {
      expect(nodeOf(schema)).toEqual({ kind: 'other' })
      expect(fastReader(nodeOf(z.strictObject({ inside: schema })))({ inside: 'abc' })).toBeUndefined()
    }
  })
})

type Place = { readonly holder: Record<string, unknown>; readonly key: string }

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])])
}
