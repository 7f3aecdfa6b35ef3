import { describe, expect, test } from 'vitest'
import { MOST_ACTION_BYTES, operatorActionSchema } from './operator-actions.js'

const ACTION = { id: '0b9f1d5e-6f0a-4f57-9d3c-2f9c0f0e8a11', actor: 'root', action: 'rebuild', resource: 'blocks', result: 'success', reason: '', fields: { seconds: '1.2' } }
const fieldOf = (change: object): string | undefined => operatorActionSchema.safeParse({ ...ACTION, ...change }).error?.issues[0]?.path.join('.')

describe('an operator action', () => {
  test('is taken as it is', () => {
    expect(operatorActionSchema.parse(ACTION)).toEqual(ACTION)
  })

  test.each([
    ['id', { id: 'x' }], ['actor', { actor: '' }], ['actor', { actor: 'a\u0000b' }], ['actor', { actor: 'a'.repeat(129) }], ['action', { action: 'Drop Table' }],
    ['resource', { resource: 'a\nb' }], ['result', { result: 'maybe' }], ['reason', { reason: 'x'.repeat(1025) }], ['fields.a', { fields: { a: 1 } }],
    ['fields', { fields: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, ''])) }], ['fields.a b', { fields: { 'a b': '' } }], ['', { more: 1 }],
  ])('is refused for its %s', (field, change) => { expect(fieldOf(change)).toBe(field) })

  test('of the largest size fits what is read of a request', () => {
    const wide = '\u4e2d'
    const largest = {
      ...ACTION, actor: wide.repeat(128), action: 'a'.repeat(64), resource: wide.repeat(512), reason: wide.repeat(1024),
      fields: Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`${'f'.repeat(62)}${10 + i}`, wide.repeat(1024)])),
    }
    expect(operatorActionSchema.safeParse(largest).success).toBe(true)
    expect(JSON.stringify(largest).replaceAll(wide, '\\u4e2d').length).toBeLessThan(MOST_ACTION_BYTES)
  })
})
