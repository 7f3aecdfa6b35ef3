/**
 * Our own signatures, met again outside. What this key signed stands in the safety record before it leaves, so a valid
 * signature that the record does not know of was made by somebody else: an older copy of the record was put back, or a
 * second process signs with this key. Going on would mean to contradict it sooner or later, so this node stops for
 * good. Callers have verified the signatures: a liar cannot stop anybody.
 */
import type { QuorumCertificate, TimeoutCertificate, VoteData } from '../../domain/certificate.js'
import type { View } from '../../domain/ids.js'
import { emit, type Core } from './core-state.js'
import type { SafetyRecord } from './safety-rules.js'

/** A vote that the record would have to know: above all it voted or gave up, or another one in its last view. */
export function isUnknownVote(record: SafetyRecord, data: VoteData): boolean {
  if (data.view !== record.lastVotedView) return data.view > record.lastVotedView
  return record.lastVote?.data.view !== data.view || record.lastVote.data.blockHash !== data.blockHash
}

export function watchVote(core: Core, data: VoteData): void {
  if (isUnknownVote(core.record, data)) halt(core, 'voted in', data.view)
}

export function watchTimeout(core: Core, view: View): void {
  if (view > core.record.lastVotedView) halt(core, 'gave up', view)
}

export function watchProposal(core: Core, view: View): void {
  if (view > core.record.lastProposedView) halt(core, 'proposed in', view)
}

export function watchQc(core: Core, { data, signatures }: QuorumCertificate): void {
  if (data.view >= core.record.lastVotedView && isSigner(core, signatures)) watchVote(core, data)
}

export function watchTc(core: Core, tc: TimeoutCertificate): void {
  if (isSigner(core, tc.signatures)) watchTimeout(core, tc.view)
}

const isSigner = ({ config: { set, self } }: Core, signatures: readonly { readonly index: number }[]): boolean => {
  const index = set.byId(self)?.index
  return signatures.some((entry) => entry.index === index)
}

/** Stops this node: nothing is signed any more, in this step or later. */
export function halt(core: Core, did: 'voted in' | 'gave up' | 'proposed in' | 'contradicted itself in', view: View): void {
  if (core.config.sharesKey === true || core.haltReason !== undefined) return
  const { lastVotedView, lastProposedView } = core.record
  core.haltReason = `this key ${did} view ${view}, which its safety record does not know of (voted up to view ${lastVotedView}, proposed up to ${lastProposedView}): `
    + 'an older copy of the safety record was put back, or a second process signs with this key. '
    + 'Stop the other process, or restore the newest safety record of this key; where neither is possible, retire the key and give this validator a new one'
  emit(core, { type: 'halt', reason: core.haltReason })
}
