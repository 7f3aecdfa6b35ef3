import { describe, expect, test } from 'vitest'
import { createSigner, createVerifier } from '../../platform/crypto/ed25519.js'
import { asHeight } from '../ids.js'
import { checkPolicy } from '../message/check-policy.js'
import { encodePolicies, entryWith, MAX_POLICIES, POLICIES_KEY, policiesIn } from '../policy/entry.js'
import { genesisRules } from '../policy/rules-at.js'
import { governed, keyOf, policyBytes, policyId, policyOf, policyTx, type MessageSpec } from '../policy/testing/policies.js'
import { getValue } from '../state/get-value.js'
import { createTransactionCheck } from './check-transaction.js'
import { createDraft } from './draft.js'
import { executePolicy } from './execute-policy.js'
import { BLOCK_SECONDS, BLOCK_TIME, createChain, txOf } from './testing/network.js'
import type { ExecutionResult } from './types.js'

const outcomes = ({ receipts }: ExecutionResult): string[] => receipts.map((receipt) => (receipt.status === 'success' ? 'ok' : receipt.code))
const verify = createVerifier()
const check = createTransactionCheck(governed, verify)
const codeOf = (spec: MessageSpec, height = 1): string => {
  const found = checkPolicy(policyBytes(1, spec), BLOCK_TIME, asHeight(height), genesisRules(governed), verify)
  return found.ok ? 'ok' : `${found.code} ${found.field}`
}

describe('a policy before a vote', () => {
  test('is signed by an authority of genesis over all its bytes, in a scheme that genesis allows', () => {
    expect(codeOf({})).toBe('ok')
    expect(codeOf({ signer: 'p0' })).toBe('UNKNOWN_PRODUCER producer_id')
    expect(codeOf({ signer: 'v0' })).toBe('UNKNOWN_PRODUCER producer_id')
    expect(codeOf({ tamper: (message) => ({ ...message, action: 'add' }) })).toBe('INVALID_SIGNATURE signature')
    expect(codeOf({ tamper: (message) => ({ ...message, alg: 'Ed25519' }) })).toBe('INVALID_SIGNATURE alg')
    expect(codeOf({ signer: 'old', scheme: 'v1' })).toBe('ok')
    expect(codeOf({ signer: 'old', scheme: 'v2' })).toBe('INVALID_SIGNATURE alg')
    expect(codeOf({ tamper: (message) => ({ ...message, pubkey: createSigner(new Uint8Array(32)).publicKey }) })).toBe('UNKNOWN_PRODUCER pubkey')
    expect(codeOf({ tamper: (message) => ({ ...message, params: policyBytes(2) }) })).toBe('HASH_MISMATCH content_hash')
  })

  test('begins above the block that carries it, and was signed at its time', () => {
    expect(codeOf({ from: 5 }, 4)).toBe('ok')
    expect(codeOf({ from: 5 }, 5)).toBe('SKEW params.effectiveHeight')
    expect(codeOf({ from: 5 }, 6)).toBe('SKEW params.effectiveHeight')
    expect(codeOf({ tsSeconds: BLOCK_SECONDS - 301 })).toBe('SKEW ts')
    expect(codeOf({ params: '{"policyId":"x"}' })).toBe('MALFORMED params.policyId')
  })
})

describe('executing policies', () => {
  test('lets a producer publish from its height on, in the vote and in the block, and no earlier', () => {
    const chain = createChain(governed)
    const add = policyTx(1, { action: 'add', rule: 'producer', from: 3, subject: { producer: keyOf('edge'), name: 'edge' } })
    const stranger = txOf(1, {}, 'edge')
    const verdict = (height: number) => check(stranger, BLOCK_TIME, { height: asHeight(height), parentRoot: chain.root, nodes: chain.nodes })
    expect(outcomes(chain.commit([add]))).toEqual(['ok'])
    expect(verdict(2)).toEqual({ ok: false, code: 'UNKNOWN_PRODUCER' })
    expect(outcomes(chain.commit([stranger]))).toEqual(['UNKNOWN_PRODUCER'])
    expect(verdict(3)).toMatchObject({ ok: true })
    expect(outcomes(chain.commit([stranger]))).toEqual(['ok'])
  })

  test('keeps the old key out and takes the new one from the height of a rotation', () => {
    const chain = createChain(governed)
    chain.commit([policyTx(1, { rule: 'producer', from: 2, subject: { producer: keyOf('p0'), newKey: keyOf('edge') } }), txOf(1)])
    expect(outcomes(chain.commit([txOf(2), txOf(3, {}, 'edge')]))).toEqual(['UNKNOWN_PRODUCER', 'ok'])
  })

  test('refuses detections of models that are not registered, once one is', () => {
    const chain = createChain(governed)
    expect(outcomes(chain.commit([policyTx(1, { action: 'add', rule: 'model', from: 2, subject: { modelVersion: 'v2.0.0' } }), txOf(1)]))).toEqual(['ok', 'ok'])
    expect(outcomes(chain.commit([txOf(2), txOf(3, { modelVersion: 'v2.0.0' })]))).toEqual(['UNKNOWN_MODEL', 'ok'])
  })

  test('takes each policy once, in one block and later', () => {
    const chain = createChain(governed)
    expect(outcomes(chain.commit([policyTx(1), policyTx(1)]))).toEqual(['ok', 'DUPLICATE'])
    expect(outcomes(chain.commit([policyTx(1), policyTx(1, { subject: { kind: 'scan', value: 0.7 } })]))).toEqual(['DUPLICATE', 'DUPLICATE'])
    expect(policiesIn(getValue(chain.nodes, chain.root, POLICIES_KEY))).toEqual([policyOf(1)])
    for (let height = 3; height <= 5; height++) chain.commit([])
    // Whatever is left out of the entry as spent has a height that has passed.
    expect(outcomes(chain.commit([policyTx(1)]))).toEqual(['SKEW'])
  })

  test('ends only what is there and ends nothing itself, and makes no producer of a key with another role', () => {
    const chain = createChain(governed)
    const rollback = (n: number, of: number) => policyTx(n, { action: 'remove', subject: {}, rollbackOf: policyId(of) })
    expect(outcomes(chain.commit([rollback(2, 1), policyTx(1), rollback(3, 1), rollback(4, 3)]))).toEqual(['MALFORMED', 'ok', 'ok', 'MALFORMED'])
    const producers = ['v0', 'r0', 'head'].map((name, n) => policyTx(10 + n, { action: 'add', rule: 'producer', subject: { producer: keyOf(name), name } }))
    expect(outcomes(chain.commit(producers))).toEqual(['MALFORMED', 'MALFORMED', 'MALFORMED'])
  })

  test('is bounded, and the end of a policy makes room where there is none', () => {
    const full = Array.from({ length: MAX_POLICIES }, (_, n) => policyOf(n + 100))
    const draft = createDraft({ get: (key) => (key === POLICIES_KEY ? encodePolicies(full) : undefined) })
    const context = (height: number) => ({ rules: genesisRules(governed), othersKeys: new Set<string>(), set: undefined as never, timestamp: BLOCK_TIME, height: asHeight(height), view: 1 as never })
    expect(executePolicy(policyTx(1), draft, context(1))).toBe('TOO_LARGE')
    expect(executePolicy(policyTx(2, { action: 'remove', from: 2, subject: {}, rollbackOf: policyId(100) }), draft, context(1))).toBeUndefined()
    expect(executePolicy(policyTx(1), draft, context(2))).toBeUndefined()
    expect(policiesIn(draft.get(POLICIES_KEY)).length).toBe(MAX_POLICIES)
  })

  test('changes the state by one entry, the same that the log tells', () => {
    const chain = createChain(governed)
    const before = getValue(chain.nodes, chain.root, POLICIES_KEY)
    chain.commit([policyTx(1)])
    expect(before).toBeUndefined()
    expect(getValue(chain.nodes, chain.root, POLICIES_KEY)).toEqual(entryWith(undefined, policyOf(1), asHeight(1)))
  })
})
