/** From a compact proposal to a whole one: out of the pool, and what is missing from whoever sent it. */
import { proposalSignBytes } from '../../domain/block.js'
import { DecodeError } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import type { TxId, ValidatorId } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import type { PeerMessage } from '../core/messages.js'
import { completeProposal, findTransactions, type CompactProposal } from './compact-proposal.js'
import { decodeTransactionsAnswer, encodeTransactionsRequest } from './missing-transactions.js'

export type RebuildPorts = {
  readonly set: ValidatorSet
  readonly verify: VerifySignature
  find(id: TxId): Transaction | undefined
  /** Asks a peer; rejects when there is no answer in time. */
  request(from: ValidatorId, question: Uint8Array): Promise<Uint8Array>
  /** The proposal is dropped. Only `bad-signature` is surely the sender's fault. */
  onRefused(from: ValidatorId, reason: 'bad-signature' | 'transactions-missing' | 'too-many-open-requests'): void
  /** An answer that is not what was asked for. */
  onLie(from: ValidatorId, reason: string): void
}

export type Rebuild = {
  /** Undefined when it cannot be completed: then the view ends as if the proposal had been lost. */
  rebuild(from: ValidatorId, compact: CompactProposal): PeerMessage | undefined | Promise<PeerMessage | undefined>
  status(): { readonly rebuilt: number; readonly fetched: number; readonly missingTransactions: number }
}

/** A leader has one view at a time; a second question covers the change from one to the next. */
const MAX_OPEN_A_PEER = 2

export function createRebuild(ports: RebuildPorts): Rebuild {
  const open = new Map<ValidatorId, number>()
  const counts = { rebuilt: 0, fetched: 0, missingTransactions: 0 }

  const isSigned = ({ header: { proposer, epoch, view }, hash, signature }: CompactProposal): boolean => {
    const publicKey = ports.set.byId(proposer)?.publicKey
    return publicKey !== undefined && ports.verify(publicKey, proposalSignBytes(ports.set.chainId, epoch, view, hash), signature)
  }

  const fetch = async (from: ValidatorId, compact: CompactProposal, places: readonly number[], found: readonly (Transaction | undefined)[]): Promise<PeerMessage | undefined> => {
    const wanted = places.map((place) => compact.txIds[place] as TxId)
    open.set(from, (open.get(from) ?? 0) + 1)
    try {
      const fetched = decodeTransactionsAnswer(await ports.request(from, encodeTransactionsRequest(compact.hash, places)), wanted)
      const byId = new Map(fetched.map((tx) => [tx.id, tx]))
      counts.fetched += 1
      counts.missingTransactions += places.length
      return { type: 'proposal', proposal: completeProposal(compact, found.map((tx, place) => tx ?? (byId.get(compact.txIds[place] as TxId) as Transaction))) }
    } catch (error) {
      if (error instanceof DecodeError) ports.onLie(from, error.message)
      else ports.onRefused(from, 'transactions-missing')
      return undefined
    } finally {
      open.set(from, (open.get(from) ?? 1) - 1)
    }
  }

  return {
    rebuild(from, compact) {
      const found = findTransactions(compact, ports.find)
      const places = found.flatMap((tx, place) => (tx === undefined ? [place] : []))
      if (places.length === 0) {
        counts.rebuilt += 1
        return { type: 'proposal', proposal: completeProposal(compact, found as readonly Transaction[]) }
      }
      // A stranger's word is not worth a question.
      if (!isSigned(compact)) return void ports.onRefused(from, 'bad-signature')
      if ((open.get(from) ?? 0) >= MAX_OPEN_A_PEER) return void ports.onRefused(from, 'too-many-open-requests')
      return fetch(from, compact, places, found)
    },
    status: () => ({ ...counts }),
  }
}
