import { describe, expect, test } from 'vitest'
import { genesisBody as body, signerOf } from './execution/testing/network.js'
import { createGenesis, GenesisError, parseGenesis, policyAuthoritiesOf, producersOf, validatorIdOf, validatorSetOf, type GenesisBody } from './genesis.js'
import { bytesToHex } from './bytes.js'
import type { ProducerId } from './ids.js'

function faultOf(run: () => unknown): GenesisError {
  try {
    run()
  } catch (error) {
    if (error instanceof GenesisError) return error
    throw error
  }
  throw new Error('expected a GenesisError')
}
const with_ = (changes: Partial<GenesisBody>) => () => createGenesis({ ...body, ...changes })

describe('genesis', () => {
  test('a configured quorum of 3 of 5 is refused, naming the field and the least safe number', () => {
    const error = faultOf(with_({ quorum: 3 }))
    expect(error.field).toBe('quorum')
    expect(error.message).toContain('at least 4')
    expect(faultOf(with_({ quorum: 6 })).field).toBe('quorum')
    expect(validatorSetOf(with_({ quorum: 5 })()).quorum).toBe(5)
    expect(validatorSetOf(with_({ quorum: 4 })()).quorum).toBe(4)
    expect(validatorSetOf(createGenesis(body)).quorum).toBe(4)
  })

  test('survives JSON, and any change to the file is found by its chain id', () => {
    const genesis = createGenesis(body)
    const json = JSON.parse(JSON.stringify(genesis))
    expect(parseGenesis(json)).toEqual(genesis)
    for (const change of [{ network: 'other' }, { quorum: 5 }, { limits: { ...body.limits, skewMs: 2000 } }, { validators: [...body.validators].reverse() }, { producers: [] }]) {
      expect(faultOf(() => parseGenesis({ ...json, ...change })).field).toBe('chainId')
      expect(createGenesis({ ...body, ...change }).chainId).not.toBe(genesis.chainId)
    }
  })

  test('names the field that is wrong', () => {
    const [first] = body.validators
    const cases: [string, object][] = [
      ['validators.0.publicKey', { validators: [{ ...first, publicKey: 'AB' }] }], ['validators', { validators: [] }], ['validators', { validators: [first, first] }],
      ['validators', { validators: [first, { name: first!.name, publicKey: 'ab'.repeat(32) }] }], ['producers', { producers: [body.producers[0], body.producers[0]] }],
      ['producers.0.schemes', { producers: [{ ...body.producers[0], schemes: [] }] }], ['limits.payloadBytes', { limits: { ...body.limits, payloadBytes: 1024 * 1024 } }],
      ['limits.blockTxs', { limits: { ...body.limits, blockTxs: 501 } }], ['format', { format: 2 }], ['createdAt', { createdAt: 'yesterday' }], ['file', { surprise: 1 }],
    ]
    for (const [field, change] of cases) expect(faultOf(with_(change as Partial<GenesisBody>)).field, field).toBe(field)
    expect(faultOf(() => parseGenesis('no')).field).toBe('file')
  })

  test('may name who signs policies and who judges, one role a key, and stays what it was where it names none', () => {
    const key = bytesToHex(signerOf('authority').publicKey)
    const named = createGenesis({ ...body, policyAuthorities: [{ name: 'head', publicKey: key }], analysts: [{ name: 'ann', publicKey: bytesToHex(signerOf('ann').publicKey) }] })
    expect(parseGenesis(JSON.parse(JSON.stringify(named)))).toEqual(named)
    expect(policyAuthoritiesOf(named).get(key)).toMatchObject({ name: 'head', schemes: ['v2'] })
    const { analysts: _analysts, ...bare } = body
    expect(policyAuthoritiesOf(createGenesis(bare)).size).toBe(0)
    expect(Object.keys(createGenesis(bare))).not.toContain('analysts')
    expect(named.chainId).not.toBe(createGenesis(body).chainId)
    expect(faultOf(with_({ policyAuthorities: [{ name: 'head', publicKey: body.producers[0]!.publicKey }] })).field).toBe('policyAuthorities')
    expect(faultOf(with_({ policyAuthorities: [{ name: 'head', publicKey: key }], analysts: [{ name: 'ann', publicKey: key }] })).field).toBe('analysts')
  })

  test('validators are found by the hash of their key and keep their place', () => {
    const set = validatorSetOf(createGenesis(body))
    const id = validatorIdOf(signerOf('v3').publicKey)
    expect(set.byId(id)).toMatchObject({ index: 3, name: 'v3' })
    expect(set.byId(validatorIdOf(signerOf('p0').publicKey))).toBeUndefined()
  })

  test('producers are found by their key and carry the schemes they may use', () => {
    const producers = producersOf(createGenesis(body))
    expect(producers.get(bytesToHex(signerOf('p1').publicKey) as ProducerId)).toMatchObject({ name: 'p1', schemes: ['v2'] })
    expect(producers.size).toBe(2)
  })
})
