import { expect, test } from 'vitest'
import { asView } from '../../domain/ids.js'
import { verifyTc } from '../../domain/verify-certificate.js'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { blockOn, qcOf, root, rootQc, set, timeoutOf } from './testing/forge.js'
import { createTimeoutPool } from './timeout-pool.js'

const b1 = blockOn(root, 1)

test('two of five say join, four are a certificate that names the highest certificate among them', () => {
  const pool = createTimeoutPool(set)
  expect(pool.add(timeoutOf(3, 2, rootQc)).kind).toBe('counted')
  expect(pool.isJoined(asView(2))).toBe(false)
  expect(pool.add(timeoutOf(1, 2, qcOf(b1))).kind).toBe('join')
  expect(pool.isJoined(asView(2))).toBe(true)
  expect(pool.add(timeoutOf(0, 2, rootQc)).kind).toBe('counted')
  const outcome = pool.add(timeoutOf(4, 2, rootQc))
  if (outcome.kind !== 'certified') throw new Error(outcome.kind)
  expect(outcome.tc.highQc).toEqual(qcOf(b1))
  expect(outcome.tc.signatures.map(({ index, highQcView }) => [index, highQcView])).toEqual([[0, 0], [1, 1], [3, 0], [4, 0]])
  expect(verifyTc(outcome.tc, set, root.hash, verifySignature)).toEqual({ ok: true })
})

test('a validator counts once a view, whatever it names the second time', () => {
  const pool = createTimeoutPool(set)
  for (let i = 0; i < 9; i++) expect(pool.add(timeoutOf(0, 2, i % 2 === 0 ? rootQc : qcOf(b1))).kind).toBe('counted')
  expect(pool.isJoined(asView(2))).toBe(false)
})

test('views never add up, and pruning forgets the ones below', () => {
  const pool = createTimeoutPool(set)
  for (let view = 1; view <= 6; view++) expect(pool.add(timeoutOf(view % 5, view, rootQc)).kind).toBe('counted')
  pool.prune(asView(5))
  expect(pool.size).toBe(2)
})
