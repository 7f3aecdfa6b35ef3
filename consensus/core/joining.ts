/**
 * From the start of a node to its first signature. A node that came up from its disk signs nothing until q - 1 others
 * have said where they stand and what they hold of its own signatures: without q validators nothing could be decided
 * anyway, and whoever restored an old safety record learns of it in time.
 */
import { timeoutSignBytes, voteSignBytes } from '../../domain/certificate.js'
import type { ValidatorId } from '../../domain/ids.js'
import type { Core, Recovered } from './core-state.js'
import type { SyncInfo } from './messages.js'
import { watchQc, watchTc, watchTimeout, watchVote } from './own-signatures.js'
import { sendSyncInfo } from './sync-info.js'

export function onStart(core: Core, { record, head, uncommitted }: Recovered): void {
  core.mustHear = core.config.set.quorum - 1
  // The blocks on this disk may know more of this key than the safety record beside them.
  const known = [record.highQc, head.commitCertificate, head.block.justify, ...uncommitted.map(({ justify }) => justify)]
  for (const qc of known) if (qc !== undefined) watchQc(core, qc)
  if (record.highTc !== undefined) watchTc(core, record.highTc)
}

/** Whether this node may sign at all: it has not stopped, and enough others have told what they know. */
export const maySign = (core: Core): boolean => core.haltReason === undefined && core.heardFrom.size >= core.mustHear

/** Asks again those who have not answered: the first question or the answer may have been lost. */
export function askThoseUnheard(core: Core): void {
  for (const { id } of core.config.set.validators) if (!core.heardFrom.has(id)) sendSyncInfo(core, id)
}

/** What a peer says it holds of us is looked at only where we really signed it. */
export function refuseYours(core: Core, { yourVote, yourTimeout }: SyncInfo): string | undefined {
  const { set, self, signer: { publicKey }, verify } = core.config
  if (yourVote !== undefined) {
    if (yourVote.voter !== self || yourVote.data.epoch !== set.epoch) return 'vote-not-ours'
    if (!verify(publicKey, voteSignBytes(set.chainId, yourVote.data), yourVote.signature)) return 'bad-signature'
  }
  if (yourTimeout === undefined) return undefined
  const { view, highQcView, signature } = yourTimeout
  return verify(publicKey, timeoutSignBytes(set.chainId, set.epoch, view, highQcView), signature) ? undefined : 'bad-signature'
}

/** @param info checked by `refuseYours` */
export function hearPeer(core: Core, info: SyncInfo, from: ValidatorId): void {
  if (info.yourVote !== undefined) watchVote(core, info.yourVote.data)
  if (info.yourTimeout !== undefined) watchTimeout(core, info.yourTimeout.view)
  if (from !== core.config.self && core.config.set.byId(from) !== undefined) core.heardFrom.add(from)
}
