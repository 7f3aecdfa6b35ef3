import { describe, expect, test } from 'vitest'
import { bytesToHex } from '../../domain/bytes.js'
import { createGenesis, DEFAULT_LIMITS } from '../../domain/genesis.js'
import { createSigner, verifySignature } from '../../platform/crypto/ed25519.js'
import { parseAuditKeys, trustAuditKeys, type AuditKeys } from './audit-keys.js'
import { formatCheckpoint, originOf } from './checkpoint.js'
import { cosign } from './cosignature.js'
import { bindKey } from './key-binding.js'
import { ed25519NoteSigner, formatNote, signNote } from './note.js'
import { deriveNoteSigner, witnessNameOf } from './note-keys.js'
import { openCheckpoint, openLogCheckpoint } from './open-checkpoint.js'

const seedOf = (n: number) => new Uint8Array(32).fill(n)
const recorderSeed = seedOf(100)
const recorder = createSigner(recorderSeed)
const validators = [1, 2, 3, 4, 5].map((n) => ({ seed: seedOf(n), signer: createSigner(seedOf(n)) }))
const entry = (name: string, { publicKey }: { publicKey: Uint8Array }) => ({ name, publicKey: bytesToHex(publicKey) })
const genesis = createGenesis({
  format: 1, network: 'test', createdAt: '2026-01-01T00:00:00Z', epoch: 0, producers: [], limits: DEFAULT_LIMITS,
  validators: validators.map(({ signer }, i) => entry(`validator-${i}`, signer)), recorders: [entry('recorder', recorder)],
})
const { chainId } = genesis
const origin = originOf(chainId)
const log = deriveNoteSigner('log', recorderSeed, chainId)
const witnesses = validators.map(({ seed, signer }) => ({ name: witnessNameOf(chainId, signer.publicKey), signer: deriveNoteSigner('witness', seed, chainId), identity: signer }))
const keys: AuditKeys = {
  origin, log: bindKey(recorder, chainId, 'log', log.publicKey), witnesses: witnesses.map(({ identity, signer }) => bindKey(identity, chainId, 'witness', signer.publicKey)),
}
const trust = trustAuditKeys(keys, genesis, verifySignature)
const text = formatCheckpoint({ origin, size: 5n, root: new Uint8Array(32) })
const logLine = signNote(text, ed25519NoteSigner(origin, log))
const cosignedBy = (...indexes: number[]) => indexes.map((i) => cosign((witnesses[i] as (typeof witnesses)[0]).name, (witnesses[i] as (typeof witnesses)[0]).signer, text, 1000 + i))

describe('keys of notes', () => {
  test('are derived: the same each time, another for each role, chain and identity', () => {
    const one = bytesToHex(deriveNoteSigner('log', recorderSeed, chainId).publicKey)
    expect(one).toBe(bytesToHex(log.publicKey))
    const others = [deriveNoteSigner('witness', recorderSeed, chainId), deriveNoteSigner('log', seedOf(1), chainId), deriveNoteSigner('log', recorderSeed, 'ab'.repeat(32)), recorder]
    expect(others.map(({ publicKey }) => bytesToHex(publicKey))).not.toContain(one)
    // HKDF-SHA256 with the chain id as salt: whoever restores a key by other means must get this one.
    expect(bytesToHex(deriveNoteSigner('log', seedOf(7), '00'.repeat(32)).publicKey)).toBe('a402b86a40ce2686f8668594d55c29a52767d1b3db7df4d63ba3fe5a3a8ba9c5')
  })

  test.each<[string, (keys: AuditKeys) => unknown, RegExp]>([
    ['another origin', (all) => ({ ...all, origin: originOf('ab'.repeat(32)) }), /keys.origin/],
    ['a validator for the log', (all) => ({ ...all, log: bindKey(validators[0]!.signer, chainId, 'log', log.publicKey) }), /no recorder/],
    ['a recorder for a witness', (all) => ({ ...all, witnesses: [bindKey(recorder, chainId, 'witness', log.publicKey)] }), /no validator/],
    ['a witness binding for the log', (all) => ({ ...all, log: all.witnesses[0]! }), /not of a log/],
    ['the role changed', (all) => ({ ...all, witnesses: [{ ...bindKey(validators[0]!.signer, chainId, 'log', log.publicKey), role: 'witness' }] }), /did not sign/],
    ['another key under the signature', (all) => ({ ...all, log: { ...all.log, publicKey: 'cd'.repeat(32) } }), /did not sign/],
    ['a binding of another chain', (all) => ({ ...all, log: bindKey(recorder, 'ab'.repeat(32), 'log', log.publicKey) }), /did not sign/],
    ['a witness twice', (all) => ({ ...all, witnesses: [all.witnesses[0]!, all.witnesses[0]!] }), /two keys/],
    ['a field too many', (all) => ({ ...all, more: 1 }), /keys/],
    ['a key that is no hex', (all) => ({ ...all, log: { ...all.log, publicKey: 'XY' } }), /keys.log.publicKey/],
  ])('are refused with %s', (_, change, expected) => {
    expect(() => trustAuditKeys(parseAuditKeys(JSON.parse(JSON.stringify(change(keys)))), genesis, verifySignature)).toThrow(expected)
  })
})

describe('a checkpoint', () => {
  test('is opened where the log and a quorum of witnesses signed it', () => {
    const signed = openCheckpoint(formatNote(text, [logLine, ...cosignedBy(0, 1, 2, 4)]), trust)
    expect([signed.size, signed.cosigners.map(({ validator, at }) => [validator, at])]).toEqual([5n, [['validator-0', 1000n], ['validator-1', 1001n], ['validator-2', 1002n], ['validator-4', 1004n]]])
  })

  test.each<[string, Uint8Array, RegExp]>([
    ['too few cosignatures', formatNote(text, [logLine, ...cosignedBy(0, 1, 2)]), /3 validators cosigned it, 4 are needed/],
    ['one witness four times', formatNote(text, [logLine, ...cosignedBy(0, 0, 0, 0)]), /1 validators cosigned/],
    ['no signature of the log', formatNote(text, cosignedBy(0, 1, 2, 3)), /log itself/],
    ['a forged cosignature beside a quorum', formatNote(text, [logLine, ...cosignedBy(0, 1, 2, 3), { ...cosignedBy(4)[0]!, signature: cosignedBy(3)[0]!.signature }]), /is false/],
    ['another origin', formatNote(text.replace(origin, 'elsewhere'), [signNote(text.replace(origin, 'elsewhere'), ed25519NoteSigner(origin, log))]), /elsewhere is not/],
  ])('is refused with %s', (_, bytes, expected) => {
    expect(() => openCheckpoint(bytes, trust)).toThrow(expected)
  })

  test("with less than a quorum is still the log's own word", () => {
    expect(openLogCheckpoint(formatNote(text, [logLine, ...cosignedBy(0)]), trust).cosigners).toHaveLength(1)
  })
})
