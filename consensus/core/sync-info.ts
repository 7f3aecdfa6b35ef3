/** Telling each other where we stand: on connect, when asked, and whenever a peer shows that it knows less. */
import type { ValidatorId } from '../../domain/ids.js'
import { heightOf } from './block-tree.js'
import { processQc, processTc } from './certificates.js'
import { emit, isValidQc, isValidTc, report, type Core } from './core-state.js'
import { hearPeer, maySign, refuseYours } from './joining.js'
import type { SyncInfo } from './messages.js'

/** @param highQc the certificate to show; another than the highest where that is what the peer lacks */
export function sendSyncInfo(core: Core, to: ValidatorId, highQc = core.record.highQc): void {
  if (to === core.config.self) return
  const { highTc } = core.record
  const info: SyncInfo = {
    highQc, highTc, committedHeight: heightOf(core.tree.head), yourVote: core.votes.newestOf(to), yourTimeout: core.timeouts.newestOf(to),
    isQuestion: !maySign(core) && !core.heardFrom.has(to),
  }
  emit(core, { type: 'send', to, message: { type: 'sync-info', info } })
}

export function onSyncInfo(core: Core, info: SyncInfo, from: ValidatorId): void {
  const { highQc, highTc } = info
  const refuse = (reason: string): void => report(core, { kind: 'message-refused', from, message: 'sync-info', reason })
  if (!isValidQc(core, highQc) || (highTc !== undefined && !isValidTc(core, highTc))) return refuse('bad-certificate')
  const refused = refuseYours(core, info)
  if (refused !== undefined) return refuse(refused)
  hearPeer(core, info, from)
  processQc(core, highQc, from)
  if (highTc !== undefined) processTc(core, highTc, from)
  const knowsLess = highQc.data.view < core.record.highQc.data.view || (highTc?.view ?? 0) < (core.record.highTc?.view ?? 0)
  if (knowsLess || info.isQuestion === true) sendSyncInfo(core, from)
}
