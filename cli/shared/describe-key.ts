/** A public key under all its names: what genesis files, the chain, and libp2p call it. */
import { bytesToHex } from '../../domain/bytes.js'
import { validatorIdOf } from '../../domain/genesis.js'
import { peerIdOf } from '../../consensus/network/identity.js'

export type KeyDescription = { readonly publicKey: string; readonly validatorId: string; readonly peerId: string }

export const describeKey = (publicKey: Uint8Array): KeyDescription =>
  ({ publicKey: bytesToHex(publicKey), validatorId: validatorIdOf(publicKey), peerId: peerIdOf(publicKey).toString() })

export const renderKey = ({ publicKey, validatorId, peerId }: KeyDescription): string =>
  `public key    ${publicKey}\nvalidator id  ${validatorId}\npeer id       ${peerId}`
