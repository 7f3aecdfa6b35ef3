/** From what a peer sent to what the core is told: compact proposals made whole, signatures checked ahead, order kept. */
import type { PeerId } from '@libp2p/interface'
import type { VerifySignature } from '../../domain/crypto.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import type { TxId, ValidatorId } from '../../domain/ids.js'
import { signatureClaimOf } from '../../domain/message/check-anomaly.js'
import type { Transaction } from '../../domain/transaction.js'
import type { SignatureChecks } from '../../platform/crypto/verified-cache.js'
import type { PeerMessage } from '../core/messages.js'
import type { Lane } from '../network/lanes.js'
import type { Mesh } from '../network/mesh.js'
import { request } from '../network/requests.js'
import type { CompactProposal } from './compact-proposal.js'
import { createInbox } from './inbox.js'
import { TRANSACTIONS_PROTOCOL } from './missing-transactions.js'
import { createRebuild, type Rebuild, type RebuildPorts } from './rebuild-proposal.js'
import { verifyAhead } from './verify-ahead.js'

/** What a lane carries. */
export type ReceivedMessage = PeerMessage | { readonly type: 'compact-proposal'; readonly compact: CompactProposal }

export type InboundPorts = Pick<RebuildPorts, 'onRefused' | 'onLie'> & {
  readonly set: ValidatorSet
  readonly mesh: Mesh
  /** A leader that says nothing for so long about what it proposed has lost its view. */
  readonly answerWithinMs: number
  readonly verify: VerifySignature
  /** Checks signatures off the main thread; without it the core checks them when it meets them. */
  readonly ahead: SignatureChecks['ahead'] | undefined
  findTransaction(id: TxId): Transaction | undefined
  peerOf(validator: ValidatorId): PeerId | undefined
  deliver(from: ValidatorId, message: PeerMessage): void
}

export type Inbound = {
  push(from: ValidatorId, message: ReceivedMessage): void
  status(): ReturnType<Rebuild['status']> & { readonly dropped: number; readonly waiting: number }
  close(): void
}

/** Votes overtake everything; a proposal is large and can wait for nobody else's lane. */
export const LANE_OF: Record<ReceivedMessage['type'], Lane> = {
  vote: 'votes', timeout: 'timeouts', 'timeout-certificate': 'timeouts', 'sync-info': 'timeouts', proposal: 'proposals', 'compact-proposal': 'proposals',
}

export function createInbound(ports: InboundPorts): Inbound {
  const { set, answerWithinMs, verify, ahead } = ports
  const { rebuild, status } = createRebuild({
    set, verify, find: (id) => ports.findTransaction(id), onRefused: (from, reason) => ports.onRefused(from, reason), onLie: (from, reason) => ports.onLie(from, reason),
    async request(from, question) {
      const peer = ports.peerOf(from)
      if (peer === undefined) throw new Error('not a validator')
      return request(ports.mesh, peer, TRANSACTIONS_PROTOCOL, question, answerWithinMs)
    },
  })
  const claimOf = (tx: Transaction) => (tx.kind === 'event' ? signatureClaimOf(tx, verify) : undefined)
  const check = (message: PeerMessage | undefined): PeerMessage | undefined | Promise<PeerMessage> =>
    message === undefined || ahead === undefined ? message : verifyAhead({ set, ahead, verify, claimOf }, message)

  const inbox = createInbox<ReceivedMessage, PeerMessage>({
    prepare(from, message) {
      if (message.type === 'proposal') return check(withKnownTransactions(message, ports))
      if (message.type !== 'compact-proposal') return check(message)
      const whole = rebuild(from, message.compact)
      return whole instanceof Promise ? whole.then(check) : check(whole)
    },
    deliver: (from, message) => ports.deliver(from, message),
  })
  return {
    push: (from, message) => inbox.push(from, LANE_OF[message.type], message),
    status: () => ({ ...inbox.status(), ...status() }),
    close: () => inbox.close(),
  }
}

/**
 * The pool's own objects in the place of equal transactions: they have been decoded, hashed and checked. An id binds
 * every byte, so the block says the same.
 */
function withKnownTransactions(message: Extract<PeerMessage, { type: 'proposal' }>, { findTransaction }: InboundPorts): PeerMessage {
  const { block } = message.proposal
  if (block.transactions.length === 0) return message
  const transactions = block.transactions.map((tx) => findTransaction(tx.id) ?? tx)
  return { ...message, proposal: { ...message.proposal, block: { ...block, transactions } } }
}
