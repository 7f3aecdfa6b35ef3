import { expect, test } from 'vitest'
import { z } from 'zod'
import { canonicalJson, type Json } from '../canonical-json.js'
import { admitsPlainTextOnly, fastText } from './fast-text.js'
import { nodeOf } from './schema-nodes.js'

const shape = z.strictObject({
  z: z.string(), a: z.number(), list: z.array(z.string()), hex: z.string().regex(/^(?:[0-9a-f]{2})*$/), maybe: z.string().optional(), none: z.boolean().nullable(),
  kind: z.enum(['one', 'tw"o']), loose: z.string().regex(/^.*$/), deep: z.strictObject({ i: z.int() }),
})
const value = { z: 'a "b" \\ \n \u2028 \ud800 ü', a: 1e21, list: ['"', ''], hex: '00ff', none: null, kind: 'tw"o', loose: '"\\', deep: { i: -0 } }
const textOf = fastText(nodeOf(shape))

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

test('only patterns whose every character is plain go unescaped', () => {
  const plain = [/^(?:[0-9a-f]{2})*$/, /^[A-Za-z0-9+/]*={0,2}$/, /^-?\d{1,16}$/, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}$/]
  // `-?` is plain too, but not worth seeing through.
  expect(plain.map(admitsPlainTextOnly)).toEqual([true, true, false, true])
  for (const pattern of [/[0-9]/, /^[0-9]/, /[0-9]$/, /^.$/, /^[^a]$/, /^[0-9]$|x/, /^[0-9]+$/m, /^\s$/, /^"$/, /^[0-{]$/, /^[+-z]$/, /^\x22$/]) {
    expect([pattern.source, admitsPlainTextOnly(pattern)]).toEqual([pattern.source, false])
  }
})
