/** One key for votes and transport: the libp2p peer id is the validator's Ed25519 key, so no table can lie about it. */
import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PrivateKey, PeerId } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'

/** @param seed the 32-byte Ed25519 seed */
export const transportKey = (seed: Uint8Array): Promise<PrivateKey> => generateKeyPairFromSeed('Ed25519', seed)

/** @param publicKey 32 raw bytes */
export const peerIdOf = (publicKey: Uint8Array): PeerId => peerIdFromPublicKey(publicKeyFromRaw(publicKey))
