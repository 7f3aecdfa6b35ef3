import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIdKey, setKey } from './id-key.js'
import { createIdTable } from './id-table.js'

function idOf(n: number): string {
  const digits = createHash('sha1').update(`${n}`).digest('hex')
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}

test('whatever is added and taken back, the table knows what a map knows, in the order of adding', () => {
  const step = fc.oneof({ weight: 6, arbitrary: fc.record({ add: fc.array(fc.nat(900), { maxLength: 300 }) }) }, { weight: 1, arbitrary: fc.record({ keepOf: fc.nat(1000) }) })
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
    const [table, key, map] = [createIdTable(), createIdKey(), new Map<string, number>()]
    let next = 0
    for (const one of steps) {
      if ('add' in one) {
        for (const id of one.add.map(idOf)) {
          setKey(key, id)
          expect(table.findOrAdd(key, next)).toBe(map.get(id))
          if (!map.has(id)) map.set(id, next)
          next += 1
        }
      } else {
        const kept = map.size === 0 ? 0 : one.keepOf % (map.size + 1)
        table.truncate(kept)
        for (const id of [...map.keys()].slice(kept)) map.delete(id)
      }
      expect(table.count()).toBe(map.size)
    }
    expect(table.bytesOf(0, table.count()).toString('hex')).toBe([...map.keys()].join('').replaceAll('-', ''))
    expect([...map.keys()].map((_, i) => table.positionAt(i))).toEqual([...map.values()])
  }), { numRuns: 100 })
})
