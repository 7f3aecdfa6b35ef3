/**
 * What the genesis format leaves open about keys. A key with a torsion component can make one signature verify for
 * many messages; a key with two roles would have one libp2p peer id in two places.
 */
import { hexToBytes } from '../../domain/bytes.js'
import type { GenesisBody } from '../../domain/genesis.js'
import { isTorsionFree } from '../../platform/crypto/ed25519.js'

/** The first fault in words, or undefined. */
export function faultOfKeys(genesis: Pick<GenesisBody, 'validators' | 'producers' | 'recorders' | 'policyAuthorities' | 'analysts'>): string | undefined {
  const holders = new Map<string, string>()
  const entries = [
    ...genesis.validators.map((entry) => ({ ...entry, role: 'validator' })),
    ...genesis.producers.map((entry) => ({ ...entry, role: 'producer' })),
    ...genesis.recorders.map((entry) => ({ ...entry, role: 'recorder' })),
    ...(genesis.policyAuthorities ?? []).map((entry) => ({ ...entry, role: 'policy authority' })),
    ...(genesis.analysts ?? []).map((entry) => ({ ...entry, role: 'analyst' })),
  ]
  for (const { role, name, publicKey } of entries) {
    const who = `${role} ${name}`
    if (!isTorsionFree(hexToBytes(publicKey))) return `the key of ${who} is no sound Ed25519 key (small order or torsion)`
    const holder = holders.get(publicKey)
    if (holder !== undefined) return `${holder} and ${who} have the same key; give each a key of its own`
    holders.set(publicKey, who)
  }
  return undefined
}
