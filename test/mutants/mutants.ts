/** Each entry takes one rule out of the sources; the named tests must notice. */

export type Edit = { readonly file: string; readonly from: string; readonly to: string }
export type Mutant = {
  readonly name: string
  readonly edits: readonly Edit[]
  /** Test files that are run, and optionally the tests in them by a pattern of their names. */
  readonly tests: readonly string[]
  readonly only?: string
}

const SAFETY = 'consensus/core/safety-rules.ts'
const VOTING = 'consensus/core/voting.ts'
const CATCH_UP = 'consensus/core/catch-up.ts'
const VALIDATE = 'consensus/core/validate-block.ts'
const PACEMAKER = 'consensus/core/pacemaker.ts'
const FORMAT = 'consensus/storage/safety-record/format.ts'
const tests = (...names: string[]): string[] => names.map((name) => (name.includes('/') ? name : `consensus/core/${name}.test.ts`))
const one = (file: string, from: string, to: string): Edit[] => [{ file, from, to }]
const SAFETY_RECORD = tests('consensus/storage/safety-record/safety-record.test.ts')

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a quorum is 2f+1 (3 of 5)', tests: tests('fork-schedules'),
    edits: one('domain/quorum.ts', 'Math.ceil((n + faultTolerance(n) + 1) / 2)', '2 * faultTolerance(n) + 1'),
  },
  {
    name: 'blocks commit by consecutive heights', tests: tests('fork-schedules'),
    edits: [
      { file: 'consensus/core/commit-rule.ts', from: 'parent.header.view + 1 === block.header.view', to: 'parent.header.height + 1 === block.header.height' },
      { file: 'domain/verify-certificate.ts', from: "if (commitsParent !== (data.commit !== undefined)) return fault('inconsistent-commit')", to: 'void commitsParent' },
    ],
  },
  {
    name: 'commits need no parent link', tests: tests('commit-rule'),
    edits: one('consensus/core/commit-rule.ts', 'block.header.parentHash === parent.hash && ', ''),
  },
  {
    name: 'a view may be voted twice', tests: tests('safety-rules'),
    edits: [
      { file: SAFETY, from: "record.lastVote.data.blockHash === block.hash ? { ok: true, value: record.lastVote, record } : refuse('other-block-in-voted-view')", to: '{ ok: true, value: record.lastVote, record }' },
    ],
  },
  {
    name: 'the last voted view is not checked', tests: tests('safety-rules', 'pacemaker'),
    edits: one(SAFETY, "  if (view <= record.lastVotedView) return refuse('view-not-above-last-vote')\n  // Rule 2", '  // Rule 2'),
  },
  {
    name: 'a timeout does not raise the last voted view', tests: tests('fork-schedules'),
    edits: one(SAFETY, 'lastVotedView: maxView(record.lastVotedView, view)', 'lastVotedView: record.lastVotedView'),
  },
  {
    name: 'the parent may lie below the timeout certificate', tests: tests('fork-schedules'),
    edits: one(SAFETY, 'if (justifyView < lastTc.highQc.data.view)', 'if (justifyView < 0)'),
  },
  {
    name: 'a timeout may hide the lock', tests: tests('safety-rules'),
    edits: one(SAFETY, 'if (highQcView < record.lockView)', 'if (highQcView < 0)'),
  },
  {
    name: 'a view needs no reason', tests: tests('safety-rules'),
    edits: one(SAFETY, "if (lastTc === undefined || lastTc.view + 1 !== view) return refuse('no-certificate-of-previous-view')\n    if (", 'if (lastTc !== undefined && '),
  },
  {
    name: 'a view may be proposed twice', tests: tests('safety-rules'),
    edits: one(SAFETY, 'if (view <= record.lastProposedView)', 'if (view < 0)'),
  },
  {
    name: 'a vote leaves before it is on disk', tests: tests('consensus/node/driver.test.ts'),
    edits: one(VOTING, "    { type: 'persist-block', block },\n    { type: 'persist-safety', record: signed.record },\n    { type: 'broadcast', message: { type: 'vote', vote: signed.value } })",
      "    { type: 'broadcast', message: { type: 'vote', vote: signed.value } },\n    { type: 'persist-block', block },\n    { type: 'persist-safety', record: signed.record })"),
  },
  {
    name: 'a proposal leaves before it is on disk', tests: tests('consensus/node/driver.test.ts'),
    edits: one('consensus/core/proposing.ts', '  // The record written', "  emit(core, { type: 'broadcast', message: { type: 'proposal', proposal: signed.value } })\n  // The record written"),
  },
  {
    name: 'a timeout leaves without a write', tests: tests('consensus/node/driver.test.ts', 'pacemaker'),
    edits: one(PACEMAKER, "emit(core, { type: 'persist-safety', record: signed.record }, { type: 'broadcast'", "emit(core, { type: 'broadcast'"),
  },
  {
    name: 'the driver goes on after the disk refused', tests: tests('consensus/node/driver.test.ts'),
    edits: one('consensus/node/driver.ts', '        return ports.safety.save(effect.record)', '        try { return ports.safety.save(effect.record) } catch { return }'),
  },
  {
    name: 'anybody may propose', tests: tests('voting'),
    edits: one(VOTING, "  if (proposer !== leaderOf(set, view)) return 'not-the-leader'\n", '  void leaderOf\n'),
  },
  {
    name: 'the signature of a proposal is not checked', tests: tests('voting'),
    edits: one(VOTING, '|| !verify(key, proposalSignBytes(set.chainId, epoch, view, block.hash), signature)', ''),
  },
  {
    name: 'the signature of a vote is not checked', tests: tests('voting'),
    edits: one(VOTING, '|| !verify(voter.publicKey, voteSignBytes(set.chainId, vote.data), vote.signature)', ''),
  },
  {
    name: 'verified signatures are remembered without the signature', tests: tests('platform/crypto/verified-cache.test.ts'),
    edits: one('platform/crypto/verified-cache.ts', '.update(publicKey).update(signature).update(message)', '.update(publicKey).update(message)'),
  },
  {
    name: 'the block hash leaves the transactions out', tests: tests('validate-block'),
    edits: one('domain/block.ts', "  writeHeader(writer, header)\n  return taggedHash", "  writeHeader(writer, { ...header, txRoot: ZERO_HASH as Hex32 })\n  return taggedHash"),
  },
  {
    name: 'the content of a block is not compared with its header', tests: tests('validate-block', 'catch-up'),
    edits: one(VALIDATE, "  if (!isConsistent(block)) return fault('content-not-bound')\n", '  void isConsistent\n'),
  },
  {
    name: 'the state root is not compared', tests: tests('validate-block', 'voting'),
    edits: one(VALIDATE, "  if (execution.stateRoot !== stateRoot) return fault('state-root-differs')\n", '  void stateRoot\n'),
  },
  {
    name: 'the parent link is not checked', tests: tests('validate-block'),
    edits: one(VALIDATE, "  if (header.parentHash !== parent.hash || justify.data.blockHash !== parent.hash) return fault('parent-mismatch')\n", ''),
  },
  {
    name: 'a proposal may name a parent that its certificate does not', tests: tests('voting', 'catch-up'),
    edits: one(VOTING, "  if (block.justify.data.blockHash !== parentHash) return 'justify-of-another-block'\n", '  void parentHash\n'),
  },
  {
    name: 'the clock is asked when syncing', tests: tests('catch-up'),
    edits: one(CATCH_UP, '  const link = checkLink(', "  if (Math.abs(block.header.timestamp - core.now) > 30_000) return { ok: false, reason: 'time-not-now' }\n  const link = checkLink("),
  },
  {
    name: 'the clock is not asked when voting', tests: tests('voting', 'validate-block'),
    edits: one(VALIDATE, "  if (Math.abs(header.timestamp - rules.now) > MAX_BLOCK_DRIFT_MS) return fault('time-not-now')\n", ''),
  },
  {
    name: 'transactions are not checked before a vote', tests: tests('voting', 'validate-block'),
    edits: one(VALIDATE, 'if (!check.ok) return fault(', 'if (!check.ok && false) return fault('),
  },
  {
    name: 'a peer may send blocks that nobody certified', tests: tests('catch-up'),
    edits: one(CATCH_UP, '  if (block.hash !== target && !isNamedByChild) return false\n', ''),
  },
  {
    name: 'old blocks count as progress', tests: tests('catch-up'),
    edits: one(CATCH_UP, 'if (added === 0 && before === core.tree.head.block.hash)', 'if (blocks.length === 0)'),
  },
  {
    name: 'a timeout certificate may name less than its timeouts', tests: tests('sync-info', 'voting'),
    edits: one('domain/verify-certificate.ts', "  if (tc.highQc.data.view !== highest) return fault('high-qc-not-highest')\n", '  void highest\n'),
  },
  {
    name: 'a signer counts as often as it appears', tests: tests('sync-info'),
    edits: one('domain/verify-certificate.ts', "    if (seen.has(entry.index)) return fault('signer-twice')\n", ''),
  },
  {
    name: 'a second vote of a view counts too', tests: tests('vote-pool'),
    edits: one('consensus/core/vote-pool.ts', "        return { kind: 'double-vote', first, second: vote }\n", ''),
  },
  {
    name: 'votes that say different things add up', tests: tests('vote-pool'),
    edits: one('consensus/core/vote-pool.ts', '      const content = contentKey(vote)\n      const first', "      const content = ''\n      const first"),
  },
  {
    name: 'every proposal of a view enters the tree', tests: tests('voting'),
    edits: one(VOTING, '  if (!isFirst && !isWanted(core, block)) return\n', '  void isFirst, isWanted\n'),
  },
  {
    name: 'a commit is taken for stored before it is', tests: tests('voting'),
    edits: one('consensus/core/engine.ts', '      core.now = now\n', '      core.now = now\n      core.tree.commitsAreStored(Number.MAX_SAFE_INTEGER as never)\n'),
  },
  {
    name: 'the idle rule is off', tests: tests('pacemaker'),
    edits: one(PACEMAKER, '  return core.config.pool.hasWork(txIdsBefore(core.tree, tip))', '  return true'),
  },
  {
    name: 'leaders propose empty blocks for ever', tests: tests('pacemaker'),
    edits: one('consensus/core/proposing.ts', 'if (transactions.length === 0 && !finishesWork) return undefined', 'void finishesWork'),
  },
  {
    name: 'peers that know less are not told', tests: tests('sync-info'),
    edits: one(PACEMAKER, '  if (isBehind) sendSyncInfo(core, from)\n', '  void isBehind, sendSyncInfo\n'),
  },
  {
    name: 'a joined timeout is sent once only', tests: tests('pacemaker'),
    edits: one(PACEMAKER, '  if (core.timeouts.isJoined(core.view)) return true\n', ''),
  },
  {
    name: 'a damaged length cuts off the newer votes', tests: SAFETY_RECORD, only: 'a length that points past the end',
    edits: one(FORMAT, 'if (parseEntry(file, at).kind === \'entry\') return true', 'void at'),
  },
  {
    name: 'the checksum of the safety record is not compared', tests: SAFETY_RECORD, only: 'checksum|torn',
    edits: one(FORMAT, 'if (crc32(body) !== checksum)', 'if (crc32(body) < 0)'),
  },
  {
    name: 'another key may use the safety record', tests: SAFETY_RECORD, only: 'another chain or another key',
    edits: one(FORMAT, 'entry.chainId === identity.chainId && entry.publicKey === bytesToHex(identity.publicKey)', 'entry.chainId === identity.chainId || entry.publicKey === bytesToHex(identity.publicKey)'),
  },
  {
    name: 'two processes may sign with one key', tests: SAFETY_RECORD, only: 'a second holder',
    edits: one('consensus/storage/safety-record/store.ts', 'const unlock = lockSafetyFile(path)', 'void lockSafetyFile\n  const unlock = (): void => undefined'),
  },
]
