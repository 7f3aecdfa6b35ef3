/** Telling each other where we stand: on connect, and whenever a peer shows that it knows less. */
import type { ValidatorId } from '../../domain/ids.js'
import { heightOf } from './block-tree.js'
import { processQc, processTc } from './certificates.js'
import { emit, isValidQc, isValidTc, report, type Core } from './core-state.js'
import type { SyncInfo } from './messages.js'

export function sendSyncInfo(core: Core, to: ValidatorId): void {
  if (to === core.config.self) return
  const { highQc, highTc } = core.record
  emit(core, { type: 'send', to, message: { type: 'sync-info', info: { highQc, highTc, committedHeight: heightOf(core.tree.head) } } })
}

export function onSyncInfo(core: Core, info: SyncInfo, from: ValidatorId): void {
  const { highQc, highTc } = info
  if (!isValidQc(core, highQc) || (highTc !== undefined && !isValidTc(core, highTc))) {
    return report(core, { kind: 'message-refused', from, message: 'sync-info', reason: 'bad-certificate' })
  }
  processQc(core, highQc, from)
  if (highTc !== undefined) processTc(core, highTc, from)
  const knowsLess = highQc.data.view < core.record.highQc.data.view || (highTc?.view ?? 0) < (core.record.highTc?.view ?? 0)
  if (knowsLess) sendSyncInfo(core, from)
}
