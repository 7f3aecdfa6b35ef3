/**
 * What is not the bundle is refused, and the sentence says where: every byte of one file has one bit flipped, and takes
 * about one of its 255 other values (test/soak/bundle-bytes.ts tries all), every prefix is tried, every part is put in the
 * place of another file's, and files are edited at random.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { canonicalJson, type Json } from '../../domain/canonical-json.js'
import { partsByByte } from './testing/parts-by-byte.js'
import { createRemembering } from './testing/remembered.js'
import { trySubstitutions } from './testing/substitutions.js'
import { createWorld, type World } from './testing/world.js'
import { verifyBundle, type Verification } from './index.js'

type File = { [part: string]: Json & { [member: string]: Json } }

/** Every place of a bundle that holds one thing, as a path into its JSON. */
const PLACES = [
  'format', 'chainId', 'epochs', 'anomaly', 'anomaly.id', 'anomaly.message', 'transaction', 'transaction.index', 'transaction.path', 'block', 'block.header', 'block.receipts',
  'commit', 'commit.certificate', 'commit.headers', 'logEntry', 'audit', 'audit.path', 'audit.checkpoint', 'audit.keys',
] as const

let world: World
let others: World
const primitives = createRemembering()
const verify = (file: Uint8Array): Verification => verifyBundle(file, world.genesis, primitives)
beforeAll(async () => { [world, others] = await Promise.all([createWorld(), createWorld('another')]) })

const parse = (file: Uint8Array): File => JSON.parse(Buffer.from(file).toString()) as File
const format = (file: File): Uint8Array => Buffer.from(`${canonicalJson(file)}\n`)

function refusalOf(file: Uint8Array): Extract<Verification, { ok: false }> {
  const verification = verify(file)
  if (verification.ok) throw new Error('it was accepted')
  expect(verification.sentence.startsWith(`${verification.part}: `)).toBe(true)
  return verification
}

describe('a bundle of which something was changed', () => {
  test('by one bit, in whichever byte, is refused, and the part with that bit is named', async () => {
    const file = await world.bundle(world.ids.first)
    expect(verify(file).ok).toBe(true)
    const owners = partsByByte(file)
    const unnamed: string[] = []
    for (let byte = 0; byte < file.length; byte++) {
      const changed = Uint8Array.from(file)
      // Another of the eight in each byte.
      changed[byte]! ^= 1 << byte % 8
      const { sentence } = refusalOf(changed)
      const owner = owners[byte] as string
      if (owner !== 'file' && !sentence.includes(owner)) unnamed.push(`byte ${byte} of ${owner}: ${sentence}`)
    }
    expect(unnamed.slice(0, 30)).toEqual([])
  }, 300_000)

  test('by another value of a byte is refused, and the part with that byte is named', async () => {
    const file = await world.bundle(world.ids.first)
    // A prime that does not divide 255, so that all values are among those that are tried.
    const { tried, accepted, unnamed } = trySubstitutions({ file, genesis: world.genesis, share: 0, of: 1, every: 251 }, () => undefined)
    expect(tried).toBeGreaterThan(file.length)
    expect({ accepted, unnamed }).toEqual({ accepted: [], unnamed: [] })
  }, 300_000)

  test('by cutting it off, wherever, is refused', async () => {
    const file = await world.bundle(world.ids.second)
    for (let length = 0; length < file.length; length++) refusalOf(file.slice(0, length))
    refusalOf(Buffer.concat([file, Buffer.from('\n')]))
    refusalOf(Buffer.concat([file, file]))
  })

  test('by putting a part of another bundle in its place is refused, and that part is named', async () => {
    for (const world2 of [world, others]) {
      const good = parse(await world.bundle(world.ids.second))
      for (const id of Object.values(world.ids)) {
        const other = parse(await world2.bundle(id))
        for (const place of PLACES) {
          const [part, member] = place.split('.') as [string, string | undefined]
          const own = structuredClone(good)
          const [mine, theirs] = member === undefined ? [own[part], other[part]] : [own[part]?.[member], other[part]?.[member]]
          if (canonicalJson(mine as Json) === canonicalJson(theirs as Json)) continue
          if (member === undefined) own[part] = theirs as File[string]
          else own[part]![member] = theirs as Json
          const { sentence } = refusalOf(format(own))
          expect(`${place}: ${sentence.includes(part) ? 'named' : sentence}`).toBe(`${place}: named`)
        }
      }
    }
  })

  test('by putting any parts of others in their places, as long as it is not the other as a whole, is refused', async () => {
    const files = await Promise.all([world.bundle(world.ids.first), world.bundle(world.ids.second), others.bundle(others.ids.last)])
    const known = new Set(files.map((file) => Buffer.from(file).toString()))
    const parts = Object.keys(parse(files[0]!))
    fc.assert(fc.property(fc.array(fc.nat({ max: 2 }), { minLength: parts.length, maxLength: parts.length }), (choice) => {
      const mixed = format(Object.fromEntries(parts.map((part, i) => [part, parse(files[choice[i] as number]!)[part]])) as File)
      if (!known.has(Buffer.from(mixed).toString())) refusalOf(mixed)
    }), { numRuns: 300 })
  })

  test('by adding, removing or overwriting bytes anywhere is refused', async () => {
    const file = await world.bundle(world.ids.v1)
    fc.assert(fc.property(fc.nat({ max: file.length }), fc.nat({ max: 40 }), fc.uint8Array({ maxLength: 40 }), (at, removed, added) => {
      const edited = Buffer.concat([file.slice(0, at), added, file.slice(at + removed)])
      if (!edited.equals(file)) refusalOf(edited)
    }), { numRuns: 500 })
  })

  test('by spelling it in another way is refused: white space, order, escapes, members of no meaning', async () => {
    const text = Buffer.from(await world.bundle(world.ids.second)).toString()
    for (const other of [
      JSON.stringify(JSON.parse(text), null, 1) + '\n', text.replace('":', '": '), text.replace('\n', '\r\n'), text.replace('cybermesh/proof', 'cybermesh\\/proof'),
      text.replace('{"anomaly"', '{"a":1,"anomaly"'), text.replace('"epochs":[]', '"epochs":[],"epochs":[]'), `\ufeff${text}`, text.replace('"index":1', '"index":1.0'),
    ]) {
      expect(other).not.toBe(text)
      refusalOf(Buffer.from(other))
    }
  })

  test('and bytes that never were a bundle are refused without an exception', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void refusalOf(bytes)))
    fc.assert(fc.property(fc.json(), (text) => void refusalOf(Buffer.from(`${text}\n`))))
    refusalOf(Buffer.from(`${'['.repeat(100_000)}\n`))
  })
})
