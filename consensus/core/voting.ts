/** Proposals in, votes out; votes in, certificates out. */
import { proposalSignBytes, type Block } from '../../domain/block.js'
import { voteSignBytes, type TimeoutCertificate, type Vote } from '../../domain/certificate.js'
import type { ValidatorId } from '../../domain/ids.js'
import { addBlock } from './catch-up.js'
import { processQc, processTc } from './certificates.js'
import { voteDataFor } from './commit-rule.js'
import { emit, isEntryProof, isValidQc, isValidTc, report, type Core } from './core-state.js'
import { requestBlock } from './fetching.js'
import { leaderOf } from './leader.js'
import type { Proposal } from './messages.js'
import { signVote } from './safety-rules.js'
import { checkForVote } from './validate-block.js'

/** Votes for views further ahead than this are not kept: nothing yet proves that such a view exists. */
const VIEWS_AHEAD = 16

export function onProposal(core: Core, proposal: Proposal, from: ValidatorId): void {
  const { block, lastTc } = proposal
  const refused = refuseProposal(core, proposal)
  if (refused !== undefined) return report(core, { kind: 'message-refused', from, message: 'proposal', reason: refused })
  noteProposal(core, block)
  processQc(core, block.justify, from)
  if (lastTc !== undefined) processTc(core, lastTc, from)
  if (core.tree.get(block.header.parentHash) === undefined) {
    if (block.header.view >= core.view) core.pendingProposal = { proposal, from }
    return requestBlock(core, block.header.parentHash, from)
  }
  const added = addBlock(core, block)
  if (!added.ok) return report(core, { kind: 'message-refused', from, message: 'proposal', reason: added.reason })
  if (block.header.view !== core.view) return
  const check = checkForVote(block, { limits: core.config.limits, checkTransaction: core.config.checkTransaction, now: core.now })
  if (!check.ok) return report(core, { kind: 'vote-refused', view: block.header.view, reason: check.fault })
  core.proposalInView = true
  voteFor(core, block, lastTc)
}

/** Checks by rising cost; returns why the proposal is refused. */
function refuseProposal(core: Core, { block, lastTc, signature }: Proposal): string | undefined {
  const { set, verify } = core.config
  const { view, proposer, epoch, chainId } = block.header
  if (chainId !== set.chainId) return 'wrong-chain'
  if (epoch !== set.epoch) return 'wrong-epoch'
  if (proposer !== leaderOf(set, view)) return 'not-the-leader'
  if (block.justify.data.view >= view || !isEntryProof(view, block.justify.data.view, lastTc)) return 'no-entry-proof'
  const key = set.byId(proposer)?.publicKey
  if (key === undefined || !verify(key, proposalSignBytes(set.chainId, epoch, view, block.hash), signature)) return 'bad-signature'
  if (!isValidQc(core, block.justify)) return 'bad-justify'
  if (lastTc !== undefined && !isValidTc(core, lastTc)) return 'bad-timeout-certificate'
  return undefined
}

function noteProposal(core: Core, block: Block): void {
  const { view, proposer } = block.header
  const first = core.proposals.get(view)
  if (first === undefined) core.proposals.set(view, { hash: block.hash, proposer })
  else if (first.hash !== block.hash) report(core, { kind: 'double-proposal', view, proposer, first: first.hash, second: block.hash })
}

/** The block is in the tree and passed every check; the safety rules have the last word. */
export function voteFor(core: Core, block: Block, lastTc: TimeoutCertificate | undefined): void {
  const parent = core.tree.get(block.header.parentHash)
  // The parent may have become the committed head while the block was added; it is still in the tree then.
  if (parent === undefined) return
  const signed = signVote(core.safety, core.record, block, voteDataFor(block, parent.block), lastTc)
  if (!signed.ok) return report(core, { kind: 'vote-refused', view: block.header.view, reason: signed.refusal })
  core.record = signed.record
  emit(core,
    { type: 'persist-block', block },
    { type: 'persist-safety', record: signed.record },
    { type: 'broadcast', message: { type: 'vote', vote: signed.value } })
  countVote(core, signed.value, core.config.self)
}

export function onVote(core: Core, vote: Vote, from: ValidatorId): void {
  const { set, verify } = core.config
  const { view, epoch } = vote.data
  if (epoch !== set.epoch || view > core.view + VIEWS_AHEAD || view + VIEWS_AHEAD < core.view) return
  const voter = set.byId(vote.voter)
  if (voter === undefined || !verify(voter.publicKey, voteSignBytes(set.chainId, vote.data), vote.signature)) {
    return report(core, { kind: 'message-refused', from, message: 'vote', reason: 'bad-signature' })
  }
  report(core, { kind: 'vote-received', vote })
  countVote(core, vote, from)
}

function countVote(core: Core, vote: Vote, from: ValidatorId): void {
  const outcome = core.votes.add(vote)
  if (outcome.kind === 'double-vote') report(core, outcome)
  if (outcome.kind !== 'certified') return
  // The signatures were each verified; the certificate's own consistency (2-chain info) was not.
  if (isValidQc(core, outcome.qc)) processQc(core, outcome.qc, from)
}
