/** Proposals in, votes out; votes in, certificates out. */
import { isConsistent, proposalSignBytes, type Block } from '../../domain/block.js'
import { voteSignBytes, type TimeoutCertificate, type Vote } from '../../domain/certificate.js'
import type { ValidatorId, View } from '../../domain/ids.js'
import { heightOf } from './block-tree.js'
import { addBlock } from './catch-up.js'
import { KEPT_VIEWS, processQc, processTc } from './certificates.js'
import { voteDataFor } from './commit-rule.js'
import { emit, isEntryProof, isValidQc, isValidTc, report, type Core } from './core-state.js'
import { leaderAfter } from './election.js'
import { requestBlock } from './fetching.js'
import { noteVoted } from './gathering.js'
import { maySign } from './joining.js'
import type { Proposal } from './messages.js'
import { halt, watchProposal, watchVote } from './own-signatures.js'
import { signVote } from './safety-rules.js'
import { checkForVote } from './validate-block.js'

/** Votes for views further ahead than this are not kept: nothing yet proves that such a view exists. */
const VIEWS_AHEAD = 16

export function onProposal(core: Core, proposal: Proposal, from: ValidatorId): void {
  const { block, lastTc } = proposal
  const refused = refuseProposal(core, proposal)
  if (refused !== undefined) return report(core, { kind: 'message-refused', from, message: 'proposal', reason: refused })
  if (block.header.proposer === core.config.self) watchProposal(core, block.header.view)
  const isFirst = noteProposal(core, proposal)
  processQc(core, block.justify, from)
  if (lastTc !== undefined) processTc(core, lastTc, from)
  // A leader that makes many blocks for one view gets one of them into our tree; a quorum may still choose another.
  if (!isFirst && !isWanted(core, block)) return
  if (core.tree.get(block.header.parentHash) === undefined) {
    // Its parent was passed over by a commit: nothing that peers could send would make it fit.
    if (block.justify.data.height <= heightOf(core.tree.head)) return report(core, { kind: 'message-refused', from, message: 'proposal', reason: 'not-above-committed-head' })
    keepPending(core, proposal, from)
    return requestBlock(core, block.header.parentHash, from)
  }
  const added = addBlock(core, block)
  if (!added.ok) return report(core, { kind: 'message-refused', from, message: 'proposal', reason: added.reason })
  if (block.header.view !== core.view) return
  const parent = core.tree.get(block.header.parentHash)
  if (parent === undefined) return
  const check = checkForVote(block, {
    limits: core.config.limits, checkTransaction: core.config.checkTransaction, now: core.now,
    parent: { parentRoot: parent.block.header.stateRoot, nodes: core.tree.nodesAfter(parent) },
  })
  if (!check.ok) return report(core, { kind: 'vote-refused', view: block.header.view, reason: check.fault })
  core.proposalInView = true
  if (maySign(core)) voteFor(core, block, lastTc, from)
  else core.pendingProposal = { proposal, from }
}

/** One proposal waits at most, and a member that does not lead must not push out the one that does. */
function keepPending(core: Core, proposal: Proposal, from: ValidatorId): void {
  const { view, proposer } = proposal.block.header
  const waiting = core.pendingProposal?.proposal.block.header.view
  const isLikely = leaderAfter(core, core.tree.head, view) === proposer
  if (view >= core.view && (waiting === undefined || view > waiting || isLikely)) core.pendingProposal = { proposal, from }
}

/**
 * Checks by rising cost; returns why the proposal is refused. Whether its proposer leads can only be said where its
 * parent is in the tree, so that is asked when the block goes in: until then any member may have signed it.
 */
function refuseProposal(core: Core, { block, lastTc, signature }: Proposal): string | undefined {
  const { set, verify } = core.config
  const { view, proposer, epoch, chainId, parentHash } = block.header
  if (chainId !== set.chainId) return 'wrong-chain'
  if (epoch !== set.epoch) return 'wrong-epoch'
  if (view + KEPT_VIEWS < core.view) return 'view-long-past'
  if (block.justify.data.blockHash !== parentHash) return 'justify-of-another-block'
  if (block.justify.data.view >= view || !isEntryProof(view, block.justify.data.view, lastTc)) return 'no-entry-proof'
  const key = set.byId(proposer)?.publicKey
  if (key === undefined || !verify(key, proposalSignBytes(set.chainId, epoch, view, block.hash), signature)) return 'bad-signature'
  // Whoever passes a proposal on cannot exchange what the signed hash stands for.
  if (!isConsistent(block)) return 'content-not-bound'
  if (!isValidQc(core, block.justify)) return 'bad-justify'
  if (lastTc !== undefined && !isValidTc(core, lastTc)) return 'bad-timeout-certificate'
  return undefined
}

/** Where the first proposal of a validator in a view is remembered. */
export const proposalKey = (view: View, proposer: ValidatorId): string => `${view} ${proposer}`

/** Remembers a validator's first proposal for a view and shows a second one, once. @returns whether this is the first */
function noteProposal(core: Core, { block, signature }: Proposal): boolean {
  const { view, proposer } = block.header
  const key = proposalKey(view, proposer)
  const known = core.proposals.get(key)
  if (known === undefined) core.proposals.set(key, { view, hash: block.hash, signature, isDouble: false })
  if (known === undefined || known.hash === block.hash) return true
  if (!known.isDouble) {
    core.proposals.set(key, { ...known, isDouble: true })
    if (proposer === core.config.self) halt(core, 'contradicted itself in', view)
    report(core, { kind: 'double-proposal', view, proposer, first: { hash: known.hash, signature: known.signature }, second: { hash: block.hash, signature } })
  }
  return false
}

const isWanted = (core: Core, { hash }: Block): boolean => core.fetches.has(hash) || core.record.highQc.data.blockHash === hash

/**
 * The block is in the tree and passed every check; the safety rules have the last word.
 * @param from who proposed it
 * @returns whether a new vote, and with it the safety record, was written
 */
export function voteFor(core: Core, block: Block, lastTc: TimeoutCertificate | undefined, from: ValidatorId): boolean {
  const parent = core.tree.get(block.header.parentHash)
  // The parent may have become the committed head while the block was added; it is still in the tree then.
  if (parent === undefined) return false
  const signed = signVote(core.safety, core.record, block, voteDataFor(block, parent.block), lastTc)
  if (!signed.ok) {
    report(core, { kind: 'vote-refused', view: block.header.view, reason: signed.refusal })
    return false
  }
  // Asked again, answered again, but only to the one who asks: a repeated proposal must not cost n messages and a write.
  if (signed.record === core.record) {
    if (from !== core.config.self) emit(core, { type: 'send', to: from, message: { type: 'vote', vote: signed.value } })
    return false
  }
  core.record = signed.record
  noteVoted(core, block)
  emit(core,
    { type: 'persist-block', block },
    { type: 'persist-safety', record: signed.record },
    { type: 'broadcast', message: { type: 'vote', vote: signed.value } })
  countVote(core, signed.value, core.config.self)
  return true
}

/** After a restart: the vote on disk may never have left, or nobody may have counted it. It still stands. */
export function resumeVote(core: Core): void {
  const vote = standingVote(core)
  if (vote === undefined || core.tree.get(vote.data.blockHash) === undefined) return
  core.proposalInView = true
  countVote(core, vote, core.config.self)
}

/** Tells a peer that just connected what we voted in the current view: it may have missed it. */
export function repeatVote(core: Core, to: ValidatorId): void {
  const vote = standingVote(core)
  if (vote !== undefined) emit(core, { type: 'send', to, message: { type: 'vote', vote } })
}

const standingVote = ({ record: { lastVote }, view }: Core): Vote | undefined => (lastVote?.data.view === view ? lastVote : undefined)

export function onVote(core: Core, vote: Vote, from: ValidatorId): void {
  const { set, verify } = core.config
  const { view, epoch } = vote.data
  const isOurs = vote.voter === core.config.self
  const isNear = view <= core.view + VIEWS_AHEAD && view + VIEWS_AHEAD >= core.view
  if (epoch !== set.epoch || (!isNear && !isOurs)) return
  const voter = set.byId(vote.voter)
  if (voter === undefined || !verify(voter.publicKey, voteSignBytes(set.chainId, vote.data), vote.signature)) {
    return report(core, { kind: 'message-refused', from, message: 'vote', reason: 'bad-signature' })
  }
  if (isOurs) watchVote(core, vote.data)
  if (isNear) countVote(core, vote, from)
}

function countVote(core: Core, vote: Vote, from: ValidatorId): void {
  const outcome = core.votes.add(vote)
  if (outcome.kind !== 'repeated' && from !== core.config.self) report(core, { kind: 'vote-received', vote })
  if (outcome.kind === 'double-vote') {
    if (vote.voter === core.config.self) halt(core, 'contradicted itself in', vote.data.view)
    report(core, outcome)
  }
  if (outcome.kind !== 'certified') return
  // The signatures were each verified; the certificate's own consistency (2-chain info) was not.
  if (isValidQc(core, outcome.qc)) processQc(core, outcome.qc, from)
}
