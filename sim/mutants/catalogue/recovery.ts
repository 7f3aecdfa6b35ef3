/** What must survive a crash, in which order it reaches disk and wire, and how a node that is behind is fed. */
import { edit, mutant, tests, type Mutant } from '../mutant.js'

const VOTING = 'consensus/core/voting.ts'
const CATCH_UP = 'consensus/core/catch-up.ts'
const FORMAT = 'consensus/storage/safety-record/format.ts'
const STORE = 'consensus/storage/safety-record/store.ts'
const RECOVER = 'consensus/node/recover.ts'
const catchUp = { tests: tests('catch-up') }
const driver = { tests: tests('consensus/node/driver.test.ts') }
const safetyRecord = (only: string) => ({ tests: tests('consensus/storage/safety-record/safety-record.test.ts'), only })
const voteEffects = "    { type: 'persist-block', block },\n    { type: 'persist-safety', record: signed.record },\n    { type: 'broadcast', message: { type: 'vote', vote: signed.value } })"

export const RECOVERY: readonly Mutant[] = [
  mutant('a vote leaves before it is on disk', edit(VOTING, voteEffects,
    "    { type: 'broadcast', message: { type: 'vote', vote: signed.value } },\n    { type: 'persist-block', block },\n    { type: 'persist-safety', record: signed.record })"), driver),
  mutant('a vote leaves without a write', edit(VOTING, "    { type: 'persist-safety', record: signed.record },\n", ''), { scenario: 'power lost by all but the one that committed', ...driver }),
  mutant('a block is voted for that is not on disk', edit(VOTING, "    { type: 'persist-block', block },\n", ''), { tests: tests('voting') }),
  mutant('a proposal leaves before it is on disk', edit('consensus/core/proposing.ts', '  // The record written', "  emit(core, { type: 'broadcast', message: { type: 'proposal', proposal: signed.value } })\n  // The record written"), driver),
  mutant('a timeout leaves without a write', edit('consensus/core/pacemaker.ts', "emit(core, { type: 'persist-safety', record: signed.record }, { type: 'broadcast'", "emit(core, { type: 'broadcast'"), { tests: tests('consensus/node/driver.test.ts', 'pacemaker') }),
  mutant('the driver goes on after the disk refused', edit('consensus/node/driver.ts', '        return ports.safety.save(effect.record)', '        try { return ports.safety.save(effect.record) } catch { return }'), driver),
  mutant('the safety record is not restored', edit(RECOVER, 'return { record: { ...record, highQc }', 'return { record: { ...record, lastVotedView: asView(0), lockView: asView(0), lastVote: undefined, lastProposedView: asView(0), highQc: root.block.justify, highTc: undefined }'), { scenario: 'power lost by all but the one that committed' }),
  mutant('votes of the safety record are not restored', edit(RECOVER, 'return { record: { ...record, highQc }', 'return { record: { ...record, highQc, lastVote: undefined }'), { scenario: 'one validator loses power at every moment' }),
  mutant('blocks above the head are not restored', edit('consensus/core/engine.ts', 'for (const block of recovered.uncommitted) addBlock(core, block)', 'void recovered.uncommitted'), { scenario: 'one validator loses power at every moment', tests: tests('engine') }),
  mutant('the certificate of the head is not restored', edit(RECOVER, 'known !== undefined && known.data.view > record.highQc.data.view ? known : record.highQc', 'known !== undefined && known.data.view < 0 ? known : record.highQc'), { scenario: 'what was fetched is still there after a restart', tests: tests('consensus/node/validator-node.test.ts', 'consensus/node/driver.test.ts') }),

  mutant('a damaged length cuts off the newer votes', edit(FORMAT, "if (parseEntry(file, at).kind === 'entry') return true", 'void at'), safetyRecord('opening')),
  mutant('the checksum of the safety record is not compared', edit(FORMAT, ' || crc32(body) !== checksum', ''), safetyRecord('checksum|torn')),
  mutant('another key may use the safety record', edit(FORMAT, 'entry.chainId === identity.chainId && entry.publicKey === bytesToHex(identity.publicKey)', 'entry.chainId === identity.chainId'), safetyRecord('another chain or another key')),
  mutant('another chain may use the safety record', edit(FORMAT, 'entry.chainId === identity.chainId && entry.publicKey === bytesToHex(identity.publicKey)', 'entry.publicKey === bytesToHex(identity.publicKey)'), safetyRecord('another chain or another key')),
  mutant('two processes may sign with one key', edit(STORE, 'const unlock = lockSafetyFile(path)', 'void lockSafetyFile\n  const unlock = (): void => undefined'), safetyRecord('a second holder')),
  mutant('writing goes on after a failed sync', edit(STORE, 'isBroken = true\n        throw', 'isBroken = false\n        throw'), { tests: tests('consensus/storage/disk-full.test.ts') }),
  mutant('a validator that was halted signs again after a restart', edit(STORE, '  refuseHalted(path)\n', '  void refuseHalted\n'), { tests: tests('consensus/node/stale-record.test.ts') }),
  mutant('an existing record may be overwritten', edit(STORE, 'if (existsSync(known)) throw', 'if (existsSync(known) && known === "") throw'), safetyRecord('')),
  mutant('entries of the safety record may be missing', edit('consensus/storage/safety-record/read.ts', 'if (previous !== undefined && outcome.entry.sequence !== previous.sequence + 1) {', 'if (previous !== undefined && outcome.entry.sequence < 0) {'), safetyRecord('')),

  mutant('a peer may send blocks that nobody certified', edit(CATCH_UP, '  if (block.hash !== target && !isNamedByChild) return false\n', ''), catchUp),
  mutant('a child need not be certified to name its parent', edit(CATCH_UP, 'child?.justify.data.blockHash === block.hash && isValidQc(core, child.justify)', 'child?.justify.data.blockHash === block.hash'), catchUp),
  mutant('the certificate inside a fetched block is not checked', edit(CATCH_UP, '  if (!isValidQc(core, block.justify)) return false\n', ''), { scenario: 'forged: certified blocks that are wrong inside', ...catchUp }),
  mutant('certificates that came with fetched blocks are not heard', edit(CATCH_UP, '  if (isNamedByChild) processQc(core, child.justify, from)\n', '  void processQc\n'), catchUp),
  mutant('fetched blocks are linked to anything', edit(CATCH_UP, "if (!link.ok) return { ok: false, reason: link.fault }", 'void link'), { scenario: 'forged: certified blocks that are wrong inside', ...catchUp }),
  mutant('fetched blocks are taken whatever their state', edit(CATCH_UP, 'if (!executed.ok) return { ok: false, reason: executed.fault }\n', "if (!executed.ok) return (core.tree.add(block, { stateRoot: block.header.stateRoot, receiptsRoot: block.header.receiptsRoot, receipts: [], changes: { puts: new Map(), deletes: new Set() } } as never), { ok: true })\n"), catchUp),
  mutant('a state that a quorum has and we have not is no alarm', edit(CATCH_UP, 'if (STATE_FAULTS.has(added.reason)) report', 'if (!STATE_FAULTS.has(added.reason)) report'), catchUp),
  mutant('the clock is asked when syncing', edit(CATCH_UP, '  const link = checkLink(', "  if (Math.abs(block.header.timestamp - core.now) > 30_000) return { ok: false, reason: 'time-not-now' }\n  const link = checkLink("), catchUp),
  mutant('old blocks count as progress', edit(CATCH_UP, 'if (added === 0 && before === core.tree.head.block.hash)', 'if (blocks.length === 0)'), catchUp),
  mutant('anybody may answer a question put to another', edit(CATCH_UP, "  const fetch = core.fetches.get(target)\n  if (fetch === undefined || fetch.from !== from) return\n  const before", "  const fetch = core.fetches.get(target)\n  if (fetch === undefined) return\n  const before"), catchUp),
  mutant('peers are asked for ever', edit(CATCH_UP, ' && fetch.attempts < core.config.set.validators.length * 2', ''), catchUp),
  mutant('only one peer is ever asked', edit(CATCH_UP, 'if (next !== undefined && fetch.attempts', 'if (next === undefined && fetch.attempts'), catchUp),
  mutant('an answer that ends early is the end', edit(CATCH_UP, '  if (core.tree.get(target) === undefined) ask(core, target, from, 1)\n', ''), catchUp),
  mutant('a certified block that is missing is not asked for', edit('consensus/core/certificates.ts', '  if (!core.tree.get(qc.data.blockHash) && qc.data.height > heightOf(core.tree.head)) requestBlock(core, qc.data.blockHash, from)\n', '  void requestBlock\n'), catchUp),
  mutant('fetched blocks are not kept on disk', edit(CATCH_UP, "emit(core, { type: 'persist-block', block })", 'void block'), { scenario: 'what was fetched is still there after a restart', ...catchUp }),
]
