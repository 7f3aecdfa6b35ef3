/**
 * What peers send, on its way to the core and back as refusals: read, noted, counted, blamed on whoever sent it. Reports
 * of refused messages go on to the operator at most now and then.
 */
import type { PeerId } from '@libp2p/interface'
import { DecodeError } from '../../domain/bytes.js'
import type { UnixMillis, ValidatorId } from '../../domain/ids.js'
import { decodeMessage } from '../core/messages.js'
import type { RefusedType, Report } from '../core/protocol.js'
import type { Mesh } from '../network/mesh.js'
import { offenceOf } from '../network/offences.js'
import type { Offence } from '../network/peer-score.js'
import { decodeCompactProposal, isCompactProposal } from './compact-proposal.js'
import type { ReceivedMessage } from './inbound.js'
import type { PeerBook } from './peer-book.js'

export type EdgePorts = {
  readonly mesh: Mesh
  readonly book: PeerBook
  peerOf(validator: ValidatorId): PeerId | undefined
  now(): UnixMillis
  onMessage(from: ValidatorId, message: ReceivedMessage): void
  onReport(report: Report): void
}

export type Edge = {
  /** A frame of a lane. */
  onBytes(from: ValidatorId, bytes: Uint8Array): void
  /** The guard has counted it already. */
  onBadFrame(from: ValidatorId, error: Error): void
  onBadAnswer(from: ValidatorId, reason: string): void
  /** What the core reports. */
  onReport(report: Report): void
}

export function createEdge(ports: EdgePorts): Edge {
  const refuse = (from: ValidatorId, message: RefusedType, reason: string, offence: Offence | undefined): void => {
    const peer = ports.peerOf(from)
    if (peer === undefined) return
    const telling = ports.mesh.guard.refuse(peer.toString(), { type: message, reason, offence })
    if (telling.isTold) ports.onReport({ kind: 'message-refused', from, message, reason: telling.times === 1 ? reason : `${reason} (${telling.times} times)` })
  }

  const read = (bytes: Uint8Array): ReceivedMessage | DecodeError => {
    try {
      return isCompactProposal(bytes) ? { type: 'compact-proposal', compact: decodeCompactProposal(bytes) } : decodeMessage(bytes)
    } catch (error) {
      if (error instanceof DecodeError) return error
      throw error
    }
  }

  return {
    onBytes(from, bytes) {
      const message = read(bytes)
      if (message instanceof DecodeError) return refuse(from, 'frame', message.field, 'unreadable')
      ports.book.note(from, message, ports.now())
      ports.onMessage(from, message)
    },
    onBadFrame: (from, error) => ports.onReport({ kind: 'message-refused', from, message: 'frame', reason: error.message }),
    onBadAnswer: (from, reason) => refuse(from, 'blocks', reason, 'wrong-answer'),
    onReport(report) {
      if (report.kind !== 'message-refused') return ports.onReport(report)
      refuse(report.from, report.message, report.reason, offenceOf(report.message, report.reason))
    },
  }
}
