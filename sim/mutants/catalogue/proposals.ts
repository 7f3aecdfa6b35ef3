/** What a proposal, a block and a vote must survive before they count. */
import { edit, ignore, mutant, tests, type Mutant } from '../mutant.js'

const VOTING = 'consensus/core/voting.ts'
const VALIDATE = 'consensus/core/validate-block.ts'
const BLOCK = 'domain/block.ts'
const voting = { tests: tests('voting') }
const encoding = { tests: tests('domain/signed-bytes.test.ts') }
const forged = { scenario: 'forged: proposals' }
const validate = { tests: tests('validate-block') }

export const PROPOSALS: readonly Mutant[] = [
  mutant('a proposal of another chain is heard', ignore(VOTING, "'wrong-chain'"), forged),
  mutant('a proposal of another epoch is heard', ignore(VOTING, "'wrong-epoch'"), forged),
  mutant('proposals of long past views are heard', ignore(VOTING, "'view-long-past'"), { scenario: 'forged: votes, timeouts and proposals of views long past and far ahead' }),
  mutant('anybody may propose', ignore(VALIDATE, "fault('not-the-leader')"), voting),
  mutant('a leader need not say who failed before it', edit(VALIDATE, "isSame ? OK : fault('wrong-failed-leaders')", 'isSame ? OK : OK'), forged),
  mutant('a proposal may name a parent that its certificate does not', ignore(VOTING, "'justify-of-another-block'"), { tests: tests('voting', 'catch-up') }),
  mutant('a proposal needs no reason for its view', ignore(VOTING, "'no-entry-proof'"), voting),
  mutant('the signature of a proposal is not checked', ignore(VOTING, "'bad-signature'", '\n  // Whoever'), voting),
  mutant('whoever passes a proposal on may exchange its content', ignore(VOTING, "'content-not-bound'"), voting),
  mutant('the certificate of the parent is not checked', ignore(VOTING, "'bad-justify'"), voting),
  mutant('the timeout certificate of a proposal is not checked', ignore(VOTING, "'bad-timeout-certificate'"), voting),
  mutant('every proposal of a view enters the tree', edit(VOTING, '  if (!isFirst && !isWanted(core, block)) return\n', '  void isFirst, isWanted\n'), voting),
  mutant('a second proposal of a leader is not shown', edit(VOTING, 'if (!known.isDouble) {', 'if (!known.isDouble && known.hash === block.hash) {'), voting),
  mutant('what makes a block unfit for a vote is not looked at', edit(VOTING, "if (!check.ok) return report(core", "if (check.ok && false) return report(core"), voting),
  mutant('a parent that was passed over is fetched again and again', edit(VOTING, 'if (block.justify.data.height <= heightOf(core.tree.head)) return report', 'if (block.justify.data.height < 0) return report'), voting),
  mutant('a proposal whose parent is missing is dropped', edit(VOTING, '    keepPending(core, proposal, from)\n', '    void keepPending\n'), { scenario: 'forged: a proposal that pushes out the one that waits' }),
  mutant('a proposal is not looked at again when its parent arrives', edit('consensus/core/engine.ts', '      retryPendingProposal(core)\n', '      void retryPendingProposal\n'), { scenario: 'forged: a proposal that pushes out the one that waits' }),

  mutant('a member that does not lead pushes out the proposal that waits', edit(VOTING, ' && (waiting === undefined || view > waiting || isLikely)', ' && (waiting === undefined || view > waiting || isLikely || true)'), { scenario: 'forged: a proposal that pushes out the one that waits' }),
  mutant('a vote of another epoch counts', edit(VOTING, 'if (epoch !== set.epoch || (!isNear', 'void epoch\n  if ((!isNear'), { scenario: 'forged: votes, timeouts and proposals of views long past and far ahead' }),
  mutant('votes for any view far ahead are kept', edit(VOTING, 'view <= core.view + VIEWS_AHEAD && ', ''), { scenario: 'forged: votes, timeouts and proposals of views long past and far ahead' }),
  mutant('votes for any view long past are kept', edit(VOTING, ' && view + VIEWS_AHEAD >= core.view', ''), { scenario: 'forged: votes, timeouts and proposals of views long past and far ahead' }),
  mutant('the signature of a vote is not checked', edit(VOTING, '|| !verify(voter.publicKey, voteSignBytes(set.chainId, vote.data), vote.signature)', ''), { scenario: 'forged: votes', ...voting }),
  mutant('a voter does not count its own vote', edit(VOTING, '  countVote(core, signed.value, core.config.self)\n', ''), voting),
  mutant('a lost vote is never sent again', edit(VOTING, "    if (from !== core.config.self) emit(core, { type: 'send', to: from, message: { type: 'vote', vote: signed.value } })\n", ''), voting),
  mutant('a vote on disk is forgotten at a restart', edit(VOTING, '  countVote(core, vote, core.config.self)\n}\n\n/** Tells', '  void countVote\n}\n\n/** Tells'), { scenario: 'one validator loses power at every moment', tests: tests('engine') }),
  mutant('a peer that connects is not told our vote', edit(VOTING, "  if (vote !== undefined) emit(core, { type: 'send', to, message: { type: 'vote', vote } })", '  void vote, to'), { tests: tests('engine', 'sync-info') }),
  mutant('votes of liars make a certificate that says what no chain shows', edit(VOTING, 'if (isValidQc(core, outcome.qc)) processQc', 'processQc'), { scenario: 'forged: a quorum of liars about a commit' }),

  mutant('the link names any chain', ignore(VALIDATE, "fault('wrong-chain')"), validate),
  mutant('the content of a block is not compared with its header', ignore(VALIDATE, "fault('content-not-bound')"), { tests: tests('validate-block', 'catch-up') }),
  mutant('the parent link is not checked', ignore(VALIDATE, "fault('parent-mismatch')", '\n  if (justify'), validate),
  mutant('a certificate may place the parent elsewhere', ignore(VALIDATE, "fault('parent-mismatch')", '\n  if (header.height'), validate),
  mutant('heights may have gaps', ignore(VALIDATE, "fault('height-gap')"), validate),
  mutant('views may fall along a chain', ignore(VALIDATE, "fault('view-not-above-parent')"), validate),
  mutant('time may run backwards along a chain', ignore(VALIDATE, "fault('time-before-parent')"), validate),
  mutant('the state root is not compared', ignore(VALIDATE, "fault('state-root-differs')"), { tests: tests('validate-block', 'voting') }),
  mutant('the receipts root is not compared', ignore(VALIDATE, "fault('receipts-root-differs')"), validate),
  mutant('the clock is not asked when voting', ignore(VALIDATE, "fault('time-not-now')"), { tests: tests('voting', 'validate-block') }),
  mutant('a block may hold any number of transactions', ignore(VALIDATE, "fault('too-many-transactions')"), validate),
  mutant('a block may be of any size', ignore(VALIDATE, "fault('too-large')"), validate),
  mutant('a transaction may stand twice in a block', ignore(VALIDATE, "fault('transaction-twice')"), validate),
  mutant('transactions are not checked before a vote', edit(VALIDATE, 'if (!check.ok) return fault(', 'if (!check.ok && false) return fault('), { tests: tests('voting', 'validate-block') }),

  mutant('the block hash leaves the transactions out', edit(BLOCK, '  writeHeader(writer, header)\n  return taggedHash', '  writeHeader(writer, { ...header, txRoot: ZERO_HASH as Hex32 })\n  return taggedHash'), validate),
  mutant('the block hash leaves the state out', edit(BLOCK, '  writeHeader(writer, header)\n  return taggedHash', '  writeHeader(writer, { ...header, stateRoot: ZERO_HASH as StateRoot })\n  return taggedHash'), validate),
  mutant('the block hash leaves the view out', edit(BLOCK, '  writeHeader(writer, header)\n  return taggedHash', '  writeHeader(writer, { ...header, view: GENESIS_VIEW })\n  return taggedHash'), validate),
  mutant('the header does not bind the transactions', edit(BLOCK, 'block.header.txRoot === transactionsRoot(block.transactions) && ', ''), validate),
  mutant('the header does not bind the certificate of the parent', edit(BLOCK, ' && block.header.justifyHash === hashOfQc(block.justify)', ''), validate),
  mutant('a proposal is not signed for its view', edit(BLOCK, '.u64(epoch).u64(view).hash(blockHash)', '.u64(epoch).u64(0).hash(blockHash)'), encoding),
  mutant('proposals and votes are signed under one domain', edit(BLOCK, "tagBytes('cybermesh/proposal/v1')", "tagBytes('cybermesh/vote/v1')"), encoding),
]
