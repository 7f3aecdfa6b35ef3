/** A log's checkpoint with its cosignatures, written here from the specifications alone: the verifier is not tested with what the server makes of them. */
import { createHash, hkdfSync } from 'node:crypto'
import { createSigner } from '../../../platform/crypto/ed25519.js'
import type { Signer } from '../../../domain/crypto.js'

export type Identity = { readonly seed: Uint8Array; readonly signer: Signer }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function noteKey(role: 'log' | 'witness', { seed, signer }: Identity, chainId: string) {
  const info = role === 'log' ? 'cybermesh/audit-log-key/v1' : 'cybermesh/witness-key/v1'
  const key = createSigner(new Uint8Array(hkdfSync('sha256', seed, Buffer.from(chainId, 'hex'), info, 32)))
  const bound = Buffer.concat([Buffer.from('cybermesh/note-key/v1\0'), Buffer.from(chainId, 'hex'), Buffer.from([role === 'log' ? 0 : 1]), key.publicKey])
  return { key, binding: { identity: hex(signer.publicKey), publicKey: hex(key.publicKey), role, signature: hex(signer.sign(bound)) } }
}

const keyId = (name: string, type: number, publicKey: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\n`).update(Uint8Array.of(type)).update(publicKey).digest().subarray(0, 4)

/** @param witnesses in the order in which they sign */
export function signCheckpoint(chainId: string, size: number, root: Uint8Array, recorder: Identity, witnesses: readonly Identity[], timeSeconds = 1_760_000_100) {
  const origin = `cybermesh/${chainId}`
  const body = `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
  const log = noteKey('log', recorder, chainId)
  const lines = [`— ${origin} ${Buffer.concat([keyId(origin, 1, log.key.publicKey), log.key.sign(Buffer.from(body))]).toString('base64')}`]
  const keys = [log.binding]
  for (const witness of witnesses) {
    const { key, binding } = noteKey('witness', witness, chainId)
    const name = `${origin}/witness/${binding.identity.slice(0, 16)}`
    const time = Buffer.alloc(8)
    time.writeBigUInt64BE(BigInt(timeSeconds))
    const signature = key.sign(Buffer.from(`cosignature/v1\ntime ${timeSeconds}\n${body}`))
    lines.push(`— ${name} ${Buffer.concat([keyId(name, 4, key.publicKey), time, signature]).toString('base64')}`)
    keys.push(binding)
  }
  return { checkpoint: `${body}\n${lines.join('\n')}\n`, keys }
}
