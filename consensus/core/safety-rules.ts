/**
 * The rules that keep two honest validators from committing different blocks (Jolteon, arXiv 2106.10362, §4;
 * persistence as in Diem's safety-rules). This module holds the key: nothing else signs votes, timeouts or proposals.
 *
 * 1. One vote a view, in rising views: a block gets a vote only above the last voted view.
 * 2. A vote needs a reason: the parent is certified in the view just before, or a timeout certificate of the view
 *    just before allows a parent at least as high as the highest certificate it names.
 * 3. Disk before wire: each answer carries the record that must be durable before the signed message leaves.
 * 4. A view that was given up is never voted: a timeout raises the last voted view.
 * 5. A timeout never hides what was locked: it names a certificate at least as high as the lock.
 * 6. One proposal a view, and none in a view that was voted or given up.
 */
import { proposalSignBytes, type Block } from '../../domain/block.js'
import {
  timeoutSignBytes, voteSignBytes,
  type QuorumCertificate, type Timeout, type TimeoutCertificate, type Vote, type VoteData,
} from '../../domain/certificate.js'
import type { Signer } from '../../domain/crypto.js'
import type { ChainId, Epoch, ValidatorId, View } from '../../domain/ids.js'
import type { Proposal } from './messages.js'

/** All that a validator must remember to never contradict itself. */
export type SafetyRecord = {
  readonly epoch: Epoch
  readonly lastVotedView: View
  /** View of the highest certificate inside any block voted for. */
  readonly lockView: View
  readonly lastVote: Vote | undefined
  readonly lastProposedView: View
  readonly highQc: QuorumCertificate
  readonly highTc: TimeoutCertificate | undefined
}

export type SafetyRefusal =
  | 'wrong-epoch' | 'view-not-above-last-vote' | 'other-block-in-voted-view' | 'no-certificate-of-previous-view'
  | 'superfluous-timeout-certificate' | 'parent-below-timeout-certificate' | 'view-below-last-vote'
  | 'timeout-without-reason' | 'certificate-below-lock' | 'already-proposed'

export type Signed<T> =
  | { readonly ok: true; readonly value: T; readonly record: SafetyRecord }
  | { readonly ok: false; readonly refusal: SafetyRefusal }

export type SafetyContext = { readonly chainId: ChainId; readonly self: ValidatorId; readonly signer: Signer }

const refuse = <T>(refusal: SafetyRefusal): Signed<T> => ({ ok: false, refusal })
const maxView = (a: View, b: View): View => (a > b ? a : b)

/**
 * Votes for a block whose certificates, proposer and content the caller has verified.
 * @param data what the vote will say of `block`
 * @param lastTc the timeout certificate that came with the proposal
 */
export function signVote(context: SafetyContext, record: SafetyRecord, block: Block, data: VoteData, lastTc: TimeoutCertificate | undefined): Signed<Vote> {
  const { view, epoch } = block.header
  const justifyView = block.justify.data.view
  if (epoch !== record.epoch) return refuse('wrong-epoch')
  // A repeated question gets the same answer, so a lost vote can be sent again.
  if (record.lastVote?.data.view === view) {
    return record.lastVote.data.blockHash === block.hash ? { ok: true, value: record.lastVote, record } : refuse('other-block-in-voted-view')
  }
  // Rule 1
  if (view <= record.lastVotedView) return refuse('view-not-above-last-vote')
  // Rule 2
  const happy = justifyView + 1 === view
  if (happy && lastTc !== undefined) return refuse('superfluous-timeout-certificate')
  if (!happy) {
    if (lastTc === undefined || lastTc.view + 1 !== view) return refuse('no-certificate-of-previous-view')
    if (justifyView < lastTc.highQc.data.view) return refuse('parent-below-timeout-certificate')
  }
  const vote: Vote = { data, voter: context.self, signature: context.signer.sign(voteSignBytes(context.chainId, data)) }
  // Rule 3
  return { ok: true, value: vote, record: { ...record, lastVotedView: view, lockView: maxView(record.lockView, justifyView), lastVote: vote } }
}

/** Gives up on `view`. The record's highQc and highTc are the reason for being in that view. */
export function signTimeout(context: SafetyContext, record: SafetyRecord, view: View): Signed<Timeout> {
  const { highQc, highTc } = record
  const highQcView = highQc.data.view
  if (view < record.lastVotedView) return refuse('view-below-last-vote')
  const happy = highQcView + 1 === view
  if (!happy && (highTc === undefined || highTc.view + 1 !== view)) return refuse('timeout-without-reason')
  // Rule 5
  if (highQcView < record.lockView) return refuse('certificate-below-lock')
  const signature = context.signer.sign(timeoutSignBytes(context.chainId, record.epoch, view, highQcView))
  const timeout: Timeout = { epoch: record.epoch, view, highQcView, sender: context.self, signature, highQc, lastTc: happy ? undefined : highTc }
  // Rules 3 and 4
  return { ok: true, value: timeout, record: { ...record, lastVotedView: maxView(record.lastVotedView, view) } }
}

export function signProposal(context: SafetyContext, record: SafetyRecord, block: Block, lastTc: TimeoutCertificate | undefined): Signed<Proposal> {
  const { view, epoch } = block.header
  if (epoch !== record.epoch) return refuse('wrong-epoch')
  // Rule 6
  if (view <= record.lastProposedView) return refuse('already-proposed')
  if (view <= record.lastVotedView) return refuse('view-not-above-last-vote')
  const signature = context.signer.sign(proposalSignBytes(context.chainId, epoch, view, block.hash))
  return { ok: true, value: { block, lastTc, signature }, record: { ...record, lastProposedView: view } }
}
