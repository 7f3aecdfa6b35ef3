/** One validator as another one sees it: a row of the round table. */
import type { PeerId } from '@libp2p/interface'
import type { UnixMillis, ValidatorId } from '../../domain/ids.js'
import type { Mesh } from '../network/mesh.js'
import type { PeerNote } from './peer-book.js'

export type PeerStatus = {
  readonly id: ValidatorId
  readonly isConnected: boolean
  /** When its last message came; null where none did since the start. */
  readonly lastSeenAt: UnixMillis | null
  /** As it said itself. */
  readonly view: number | null
  readonly committedHeight: number | null
  /** How many of its messages were read. */
  readonly messages: number
  /** Points for bad messages; at a hundred it is cut off for a while. */
  readonly points: number
  /** How long its messages are not read any more, in milliseconds. */
  readonly cutOffForMs: number
}

export function peerStatusOf(mesh: Mesh, id: ValidatorId, peer: PeerId, note: PeerNote | undefined): PeerStatus {
  const standing = mesh.guard.standings().find((entry) => entry.peer === peer.toString())
  return {
    id, isConnected: mesh.isConnected(peer),
    lastSeenAt: note?.lastSeenAt ?? null, view: note?.view ?? null, committedHeight: note?.committedHeight ?? null,
    messages: mesh.guard.admitted(peer.toString()), points: standing?.points ?? 0, cutOffForMs: standing?.pausedForMs ?? 0,
  }
}
