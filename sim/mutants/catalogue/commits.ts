/** When a block is final, and what becomes of the others; what a certificate does to the core. */
import { edit, mutant, tests, type Mutant } from '../mutant.js'

const CERTIFICATES = 'consensus/core/certificates.ts'
const RULE = 'consensus/core/commit-rule.ts'
const TREE = 'consensus/core/block-tree.ts'
const VERIFY = 'domain/verify-certificate.ts'
const tree = { tests: tests('block-tree', 'voting', 'catch-up') }
const core = { tests: tests('voting', 'catch-up', 'sync-info', 'pacemaker') }

export const COMMITS: readonly Mutant[] = [
  mutant('blocks commit by consecutive heights', [
    edit(RULE, 'parent.header.view + 1 === block.header.view', 'parent.header.height + 1 === block.header.height'),
    edit(VERIFY, "if (commitsParent !== (data.commit !== undefined)) return fault('inconsistent-commit')", 'void commitsParent'),
  ], { scenario: 'certified views that are not consecutive', tests: tests('commit-rule') }),
  mutant('commits need no parent link', edit(RULE, 'block.header.parentHash === parent.hash && ', ''), { tests: tests('commit-rule') }),
  mutant('a block commits when it is certified', [
    edit(CERTIFICATES, '  if (!commitsParent(certified.block, parent.block)) return\n', '  void commitsParent\n'),
    edit(CERTIFICATES, 'if (qc.data.commit?.hash !== parent.block.hash) {', 'if (qc.data.view < 0) {'),
    edit(CERTIFICATES, '  const path = core.tree.pathTo(parent)', '  const path = core.tree.pathTo(certified)'),
    edit(CERTIFICATES, '  core.tree.commit(parent)', '  core.tree.commit(certified)'),
  ], { scenario: 'certified views that are not consecutive', ...core }),
  mutant('a commit is made whatever the certificate says', edit(CERTIFICATES, 'if (qc.data.commit?.hash !== parent.block.hash) {', 'if (qc.data.view < 0) {'), { scenario: 'forged: a quorum of liars about a commit', ...core }),
  mutant('only the parent commits, not its ancestors', edit(CERTIFICATES, '  const path = core.tree.pathTo(parent)', '  const path = core.tree.pathTo(parent).slice(-1)'), { scenario: 'certified views that are not consecutive', ...core }),
  mutant('ancestors commit newest first', edit(CERTIFICATES, '  const path = core.tree.pathTo(parent)', '  const path = [...core.tree.pathTo(parent)].reverse()'), core),
  mutant('a commit is told again and again', edit(CERTIFICATES, '  core.tree.commit(parent)\n', ''), { scenario: 'certified views that are not consecutive', ...core }),
  mutant('branches that lost stay in the tree', edit(TREE, 'if (parent !== undefined) kept.set(candidate.block.hash, { ...candidate, parent })', 'kept.set(candidate.block.hash, parent === undefined ? candidate : { ...candidate, parent })'), tree),
  mutant('the state of an uncommitted parent is not seen', edit(TREE, '[...[...pathTo(node)].reverse(), ...unstored]', '[...unstored]'), { scenario: 'certified views that are not consecutive', ...tree }),
  mutant('commits not stored yet are not seen', edit(TREE, '    unstored.unshift(...[...pathTo(node)].reverse())\n', ''), { scenario: 'a stream of transactions', ...tree }),
  mutant('one stored commit is taken for all of them', edit(TREE, ' && heightOf(unstored.at(-1) as TreeBlock) <= height', ' && height >= 0'), { tests: tests('block-tree') }),
  mutant('another commit at our height is no alarm', edit(CERTIFICATES, 'if (qc.data.commit?.height === heightOf(head) && qc.data.commit.hash !== head.block.hash) {', 'if (qc.data.view < 0) {'), core),

  mutant('the highest certificate is not kept', edit(CERTIFICATES, 'if (qc.data.view > core.record.highQc.data.view) core.record', 'if (qc.data.view < 0) core.record'), { scenario: 'all is well with 4', ...core }),
  mutant('the newest certificate heard is kept, not the highest', edit(CERTIFICATES, 'if (qc.data.view > core.record.highQc.data.view) core.record', 'if (qc.data.view >= 0) core.record'), { scenario: 'certified views that are not consecutive', ...core }),
  mutant('the highest timeout certificate is not kept', edit(CERTIFICATES, 'if (core.record.highTc === undefined || tc.view > core.record.highTc.view) core.record', 'if (tc.view < 0) core.record'), { scenario: 'idle with a dead leader', ...core }),
  mutant('the certificate inside a timeout certificate is not heard', edit(CERTIFICATES, '  processQc(core, tc.highQc, from)\n', ''), { scenario: 'a timeout certificate brings a certificate that was missed', ...core }),
  mutant('a certificate opens no view', edit(CERTIFICATES, '  if (qc.data.view >= core.view) enterView(core, asView(qc.data.view + 1))\n', ''), { scenario: 'all is well with 4', ...core }),
  mutant('an old certificate moves the view back', edit(CERTIFICATES, 'if (qc.data.view >= core.view) enterView', 'if (qc.data.view >= 0) enterView'), core),
  mutant('a timeout certificate opens no view', edit(CERTIFICATES, '  enterView(core, asView(tc.view + 1))\n', ''), { scenario: 'idle with a dead leader', ...core }),
  mutant('an old timeout certificate moves the view back', edit(CERTIFICATES, '  if (tc.view < core.view) return\n', ''), { scenario: 'forged: votes, timeouts and proposals of views long past and far ahead', ...core }),
  mutant('what a new view sees is left from the old one', edit(CERTIFICATES, '  core.proposalInView = false\n', ''), { scenario: 'all is well with 4', ...core }),
  mutant('votes are kept for ever', edit(CERTIFICATES, '  core.votes.prune(oldest)\n', ''), { scenario: 'a stream of transactions', ...core }),
  mutant('timeouts are kept for ever', edit(CERTIFICATES, '  core.timeouts.prune(view)\n', ''), { scenario: 'timers do not grow for ever', ...core }),
  mutant('proposals are kept for ever', edit(CERTIFICATES, 'if (seen < oldest) core.proposals.delete(key)', 'void seen, key'), { scenario: 'a stream of transactions', ...core }),
  mutant('a timer stays long after commits', edit(CERTIFICATES, '  core.failedViews = 0\n', ''), { scenario: 'timers do not grow for ever', ...core }),
]
