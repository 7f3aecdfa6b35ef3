/**
 * When a view is given up. Views change only by certificates, never by the clock alone. The idle rule: the timer runs
 * and leaders propose only while there is work, so a quiet network makes no blocks and no view changes.
 */
import { timeoutSignBytes, type Timeout, type TimeoutCertificate } from '../../domain/certificate.js'
import type { ValidatorId, View } from '../../domain/ids.js'
import { heightOf, txIdsBefore } from './block-tree.js'
import { processQc, processTc } from './certificates.js'
import { emit, isEntryProof, isValidQc, isValidTc, report, type Core } from './core-state.js'
import { requestBlock } from './fetching.js'
import { gatheringMs } from './gathering.js'
import { askThoseUnheard, maySign } from './joining.js'
import { watchTimeout } from './own-signatures.js'
import { signTimeout } from './safety-rules.js'
import { sendSyncInfo } from './sync-info.js'
import { noteQuiet, noteTimed, timeoutMs } from './view-time.js'

/** Work is a waiting transaction, a block with transactions that is not final, a proposal or a view change to certify. */
export function hasWork(core: Core): boolean {
  // Until enough others have answered there is somebody to ask again.
  if (!maySign(core)) return true
  if (core.proposalInView || core.pendingProposal?.proposal.block.header.view === core.view) return true
  // Joined timeouts may be lost like any message: they are sent again until the view change is certified.
  if (core.timeouts.isJoined(core.view)) return true
  const tip = core.tree.get(core.record.highQc.data.blockHash)
  // The highest certified block is being fetched: whether it needs finishing is not known yet.
  if (tip === undefined) return true
  if (core.tree.pathTo(tip).some(({ block }) => block.transactions.length > 0)) return true
  return core.config.pool.hasWork(txIdsBefore(core.tree, tip))
}

export function updateTimer(core: Core): void {
  if (!hasWork(core)) {
    if (core.timerView !== undefined) emit(core, { type: 'clear-timer' })
    core.timerView = undefined
    return noteQuiet(core)
  }
  // What was set to ask others again must not end the first view in which this node may sign.
  if (core.timerView === core.view && core.isTimerForAsking === !maySign(core)) return
  core.timerView = core.view
  core.isTimerForAsking = !maySign(core)
  // The view begins when its leader has to propose, which may be a little later than we think here and never earlier.
  const waitMs = gatheringMs(core)
  if (maySign(core)) noteTimed(core, waitMs)
  emit(core, { type: 'set-timer', view: core.view, delayMs: timeoutMs(core.config.baseTimeoutMs, core.failedViews, core.viewTime.slowestMs) + waitMs })
}

export function onTimer(core: Core, view: View): void {
  if (view !== core.view || core.timerView !== view) return
  core.timerView = undefined
  if (!maySign(core)) return askThoseUnheard(core)
  const { highQc } = core.record
  if (highQc.data.height > heightOf(core.tree.head)) requestBlock(core, highQc.data.blockHash, undefined)
  giveUp(core)
}

/** Signs and sends a timeout for the current view; again on each timer, since any of them may be lost. */
function giveUp(core: Core): void {
  if (!maySign(core)) return
  const signed = signTimeout(core.safety, core.record, core.view)
  if (!signed.ok) return report(core, { kind: 'vote-refused', view: core.view, reason: signed.refusal })
  core.record = signed.record
  core.gaveUpView = core.view
  report(core, { kind: 'view-timed-out', view: core.view, at: core.now })
  emit(core, { type: 'persist-safety', record: signed.record }, { type: 'broadcast', message: { type: 'timeout', timeout: signed.value } })
  countTimeout(core, signed.value, core.config.self)
}

export function onTimeout(core: Core, timeout: Timeout, from: ValidatorId): void {
  const refused = refuseTimeout(core, timeout)
  if (refused !== undefined) return report(core, { kind: 'message-refused', from, message: 'timeout', reason: refused })
  const isOurs = timeout.sender === core.config.self
  if (isOurs) watchTimeout(core, timeout.view)
  const isBehind = timeout.highQcView < core.record.highQc.data.view || timeout.view < core.view
  processQc(core, timeout.highQc, from)
  if (timeout.lastTc !== undefined) processTc(core, timeout.lastTc, from)
  // A peer that knows less must be told, even in the same view: in a quiet network nobody else will.
  if (isBehind && !isOurs) sendSyncInfo(core, from)
  // It waits where we have nothing left to do: what it lacks may be the certificate of our last commit alone, which
  // was made beside a timeout certificate and is not the highest.
  else if (!isOurs && !hasWork(core)) sendSyncInfo(core, from, core.commitQc)
  if (timeout.view === core.view) countTimeout(core, timeout, from)
}

function refuseTimeout(core: Core, timeout: Timeout): string | undefined {
  const { set, verify } = core.config
  const { view, highQcView, highQc, lastTc } = timeout
  if (timeout.epoch !== set.epoch) return 'wrong-epoch'
  if (highQc.data.view !== highQcView || highQcView >= view) return 'certificate-does-not-match'
  if (!isEntryProof(view, highQcView, lastTc)) return 'no-entry-proof'
  const sender = set.byId(timeout.sender)
  if (sender === undefined || !verify(sender.publicKey, timeoutSignBytes(set.chainId, timeout.epoch, view, highQcView), timeout.signature)) return 'bad-signature'
  if (!isValidQc(core, highQc)) return 'bad-certificate'
  if (lastTc !== undefined && !isValidTc(core, lastTc)) return 'bad-timeout-certificate'
  return undefined
}

function countTimeout(core: Core, timeout: Timeout, from: ValidatorId): void {
  const outcome = core.timeouts.add(timeout)
  if (outcome.kind === 'certified') {
    processTc(core, outcome.tc, from)
    emit(core, { type: 'broadcast', message: { type: 'timeout-certificate', tc: outcome.tc } })
  } else if (outcome.kind === 'join' && core.gaveUpView !== core.view) giveUp(core)
}

export function onTimeoutCertificate(core: Core, tc: TimeoutCertificate, from: ValidatorId): void {
  if (tc.view < core.view) return
  if (!isValidTc(core, tc)) return report(core, { kind: 'message-refused', from, message: 'timeout-certificate', reason: 'bad-timeout-certificate' })
  processTc(core, tc, from)
}
