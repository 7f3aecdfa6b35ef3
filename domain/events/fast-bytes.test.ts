import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { canonicalJson, type Json } from '../canonical-json.js'
import { fastBytes } from './fast-bytes.js'
import { eventSchemas } from './schema.js'
import { nodeOf, type SchemaNode } from './schema-nodes.js'
import { didFit, putInteger } from './sink.js'
import { shapeOf, SHAPES } from './text-shapes.js'

const shape = z.strictObject({
  z: z.string(), a: z.number(), list: z.array(z.string()), hex: z.string().regex(/^(?:[0-9a-f]{2})*$/), maybe: z.string().optional(), none: z.boolean().nullable(),
  kind: z.enum(['one', 'tw"o']), loose: z.string().regex(/^.*$/), deep: z.strictObject({ i: z.int() }),
})
const value = { z: 'a "b" \\ \n \u2028 \ud800 ü', a: 1e21, list: ['"', ''], hex: '00ff', none: null, kind: 'tw"o', loose: '"\\', deep: { i: -0 } }
const put = fastBytes(nodeOf(shape))

/** In memory that is too small at first, as it is for callers. */
function textOf(one: unknown, sizeBytes = 1): string | undefined {
  const sink = { bytes: new Uint8Array(sizeBytes), at: 0 }
  if (!put(sink, one)) return undefined
  return didFit(sink) ? Buffer.from(sink.bytes.subarray(0, sink.at)).toString() : textOf(one, sink.at)
}

test('the text is the canonical JSON, escapes and odd numbers included', () => {
  for (const one of [value, { ...value, maybe: '' }, { ...value, none: true, list: [], a: -0 }, { ...value, a: 5e-324 }]) {
    expect(textOf(one)).toBe(canonicalJson(one as Json))
  }
})

test('what the schema does not let through has no text', () => {
  for (const wrong of [{ ...value, more: 1 }, { ...value, hex: '"' }, { ...value, a: Infinity }, { ...value, deep: { i: 1.5 } }, { ...value, kind: 'three' }, { ...value, none: undefined }, null, [value]]) {
    expect(textOf(wrong)).toBeUndefined()
  }
})

test('whatever the room, nothing is written behind the end and what is counted is enough', () => {
  const expected = canonicalJson(value as Json)
  for (let room = 0; room <= 400; room++) {
    const memory = new Uint8Array(500).fill(7)
    const sink = { bytes: memory.subarray(0, room), at: 0 }
    expect(put(sink, value)).toBe(true)
    expect(memory.subarray(room).every((byte) => byte === 7)).toBe(true)
    if (didFit(sink)) expect(Buffer.from(memory.subarray(0, sink.at)).toString()).toBe(expected)
    else expect(sink.at).toBeGreaterThanOrEqual(Buffer.byteLength(expected))
  }
})

test('integers of every length have the digits that they have as text', () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.nat(53), (n, bits) => {
    const integer = Math.trunc(n / 2 ** bits)
    const sink = { bytes: new Uint8Array(17), at: 0 }
    putInteger(sink, integer)
    expect(Buffer.from(sink.bytes.subarray(0, sink.at)).toString()).toBe(`${integer}`)
  }), { numRuns: 1000, examples: [[0, 0], [99_999_999, 0], [100_000_000, 0], [100_000_001, 0], [-1, 0], [Number.MAX_SAFE_INTEGER, 0], [Number.MIN_SAFE_INTEGER, 0]] })
})

test.each(SHAPES)('a text of the shape %s is what its pattern lets through, long or short, whatever is changed in it', (pattern, putShape) => {
  const good = fc.oneof(fc.stringMatching(pattern), fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('base64')), fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('hex')))
  const junk = fc.constantFrom('', 'a', 'G', '=', '==', '-', '"', '\n', 'é', 'ā', 'İ', '日', '\ud800', '\u0130')
  fc.assert(fc.property(good, fc.nat(), junk, fc.boolean(), (text, where, piece, isPutIn) => {
    const at = where % (text.length + 1)
    const changed = where % 3 === 0 ? text : text.slice(0, at) + piece + text.slice(isPutIn ? at : at + piece.length)
    const sink = { bytes: new Uint8Array(2000), at: 0 }
    const isTaken = putShape(sink, changed)
    expect(isTaken).toBe(pattern.test(changed))
    if (isTaken) expect(Buffer.from(sink.bytes.subarray(0, sink.at)).toString()).toBe(changed)
  }), { numRuns: 1000 })
})

test('every pattern of the events but that of integers has its shape', () => {
  const patterns = Object.values(eventSchemas).flatMap((schema) => patternsIn(nodeOf(schema as unknown as z.ZodType)))
  expect(patterns.length).toBeGreaterThan(20)
  for (const pattern of patterns) expect([pattern.source, shapeOf(pattern) !== undefined]).toEqual([pattern.source, true])
  expect(shapeOf(/^[0-9a-f]{64}$/m)).toBeUndefined()
})

function patternsIn(node: SchemaNode): readonly RegExp[] {
  switch (node.kind) {
    case 'text': return node.patterns
    case 'nullable': return patternsIn(node.inner)
    case 'list': return patternsIn(node.element)
    case 'object': return node.fields.flatMap((field) => patternsIn(field.node))
    case 'choice': return [...node.options.values()].flatMap(patternsIn)
    default: return []
  }
}
