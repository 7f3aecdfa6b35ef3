/** What a verified certificate does to the core: it raises what is known, commits by the 2-chain rule, opens views. */
import type { QuorumCertificate, TimeoutCertificate } from '../../domain/certificate.js'
import { asView, type ValidatorId, type View } from '../../domain/ids.js'
import { isSlowRound, roomAfterCommit, roomAfterLostView } from './block-room.js'
import { heightOf, type TreeBlock } from './block-tree.js'
import { commitsParent } from './commit-rule.js'
import { emit, report, type Core } from './core-state.js'
import { requestBlock } from './fetching.js'
import { noteCertified } from './gathering.js'
import { watchQc, watchTc } from './own-signatures.js'
import type { CommittedBlock } from './protocol.js'
import { noteEnded } from './view-time.js'

/** Votes and proposals are kept this many views back, so that a late second one is still seen as what it is. */
export const KEPT_VIEWS = 16

/** @param from who showed the certificate, and so can be asked for its block */
export function processQc(core: Core, qc: QuorumCertificate, from: ValidatorId | undefined): void {
  watchQc(core, qc)
  noteCertified(core, qc.data.view)
  noteEnded(core, qc.data.view)
  if (qc.data.view > core.record.highQc.data.view) core.record = { ...core.record, highQc: qc }
  commitBy(core, qc)
  if (!core.tree.get(qc.data.blockHash) && qc.data.height > heightOf(core.tree.head)) requestBlock(core, qc.data.blockHash, from)
  if (qc.data.view >= core.view) enterView(core, asView(qc.data.view + 1))
}

export function processTc(core: Core, tc: TimeoutCertificate, from: ValidatorId | undefined): void {
  watchTc(core, tc)
  processQc(core, tc.highQc, from)
  if (core.record.highTc === undefined || tc.view > core.record.highTc.view) core.record = { ...core.record, highTc: tc }
  if (tc.view < core.view) return
  core.failedViews += 1
  core.viewChanges += 1
  core.blockRoom = roomAfterLostView(core.blockRoom)
  report(core, { kind: 'view-changed', view: tc.view })
  enterView(core, asView(tc.view + 1))
}

function enterView(core: Core, view: View): void {
  core.view = view
  core.proposalInView = false
  core.timeouts.prune(view)
  const oldest = asView(Math.max(0, view - KEPT_VIEWS))
  core.votes.prune(oldest)
  for (const [key, { view: seen }] of core.proposals) if (seen < oldest) core.proposals.delete(key)
}

/** Commits the parent of the certified block, and every ancestor not yet final, oldest first. */
export function commitBy(core: Core, qc: QuorumCertificate): void {
  const { head } = core.tree
  if (qc.data.commit?.height === heightOf(head) && qc.data.commit.hash !== head.block.hash) {
    return report(core, { kind: 'safety-alarm', reason: `a quorum commits ${qc.data.commit.hash} at height ${heightOf(head)}, this node committed ${head.block.hash}` })
  }
  const certified = core.tree.get(qc.data.blockHash)
  const parent = certified?.parent
  if (certified === undefined || parent === undefined) return
  if (!commitsParent(certified.block, parent.block)) return
  if (qc.data.commit?.hash !== parent.block.hash) {
    report(core, { kind: 'safety-alarm', reason: `the certificate of view ${qc.data.view} names another commit than its chain shows` })
    return
  }
  const path = core.tree.pathTo(parent)
  if (path.length === 0) return
  emit(core, { type: 'commit', blocks: path.map((node, i) => committed(node, path[i + 1] ?? certified, qc)) })
  core.tree.commit(parent)
  core.commitQc = qc
  core.failedViews = 0
  core.blockRoom = roomAfterCommit(core.blockRoom, core.config.limits, isSlowRound(core.gathering.ownRoundMs, core.config.baseTimeoutMs))
}

/** A block's own certificate stands in its child. */
function committed(node: TreeBlock, child: TreeBlock, commitCertificate: QuorumCertificate): CommittedBlock {
  const { block, execution } = node
  return { block, receipts: execution.receipts, changes: execution.changes, certificate: child.block.justify, commitCertificate }
}
