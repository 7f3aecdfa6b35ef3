/** The six numbered rules of the safety module and the quorum under them: without any one of these a network forks. */
import { edit, ignore, mutant, tests, type Mutant } from '../mutant.js'

const RULES = 'consensus/core/safety-rules.ts'
const QUORUM = 'domain/quorum.ts'
const rules = { tests: tests('safety-rules') }

export const SAFETY_RULES: readonly Mutant[] = [
  mutant('a quorum is 2f+1 (3 of 5)', edit(QUORUM, 'Math.ceil((n + faultTolerance(n) + 1) / 2)', '2 * faultTolerance(n) + 1'), { scenario: 'a liar between two halves of five', tests: tests('domain/quorum.test.ts') }),
  mutant('a quorum is n-f-1', edit(QUORUM, 'Math.ceil((n + faultTolerance(n) + 1) / 2)', 'Math.max(1, n - faultTolerance(n) - 1)'), { scenario: 'a liar between two halves of five', tests: tests('domain/quorum.test.ts') }),
  mutant('a quorum is a majority', edit(QUORUM, 'Math.ceil((n + faultTolerance(n) + 1) / 2)', 'Math.floor(n / 2) + 1'), { scenario: 'a liar between two halves of five', tests: tests('domain/quorum.test.ts') }),
  mutant('a quorum is everybody', edit(QUORUM, 'Math.ceil((n + faultTolerance(n) + 1) / 2)', 'n'), { scenario: 'as many of 4 down as may be', tests: tests('domain/quorum.test.ts') }),
  mutant('n/3 liars are taken to be tolerable', edit(QUORUM, 'Math.floor((n - 1) / 3)', 'Math.floor(n / 3)'), { scenario: 'as many of 6 down as may be', tests: tests('domain/quorum.test.ts') }),
  mutant('a genesis file may ask for less than a quorum', edit('domain/genesis.ts', 'body.quorum < least || ', ''), { tests: tests('domain/genesis.test.ts') }),

  // Rule 1
  mutant('a view may be voted twice', [
    edit(RULES, 'if (record.lastVote?.data.view === view) {', 'if (record.lastVote?.data.view === view && record.lastVote.data.blockHash === block.hash) {'),
    edit(RULES, "if (view <= record.lastVotedView) return refuse('view-not-above-last-vote')\n  // Rule 2", "if (view < record.lastVotedView) return refuse('view-not-above-last-vote')\n  // Rule 2"),
  ], { scenario: 'a second block for a view after a restart', ...rules }),
  mutant('a vote for one block answers the question about another', edit(RULES, "record.lastVote.data.blockHash === block.hash ? { ok: true, value: record.lastVote, record } : refuse('other-block-in-voted-view')", '{ ok: true, value: record.lastVote, record }'), rules),
  mutant('the last voted view is not checked', ignore(RULES, "refuse('view-not-above-last-vote')", '\n  // Rule 2'), { scenario: 'a timeout does not bump the last voted view', ...rules }),
  mutant('a vote does not raise the last voted view', edit(RULES, 'lastVotedView: view, lockView', 'lastVotedView: record.lastVotedView, lockView'), rules),
  mutant('a vote is forgotten at once', edit(RULES, 'lastVote: vote }', 'lastVote: record.lastVote }'), rules),
  // Rule 2
  mutant('a view needs no reason', ignore(RULES, "refuse('no-certificate-of-previous-view')"), rules),
  mutant('the parent may lie below the timeout certificate', ignore(RULES, "refuse('parent-below-timeout-certificate')"), { scenario: 'a stale leader with a valid timeout certificate', ...rules }),
  mutant('a timeout certificate that nobody needs is no reason to refuse', ignore(RULES, "refuse('superfluous-timeout-certificate')"), rules),
  mutant('a vote may be cast for another epoch', ignore(RULES, "refuse('wrong-epoch')", '\n  // A repeated'), rules),
  // Rule 4
  mutant('a timeout does not raise the last voted view', edit(RULES, 'lastVotedView: maxView(record.lastVotedView, view)', 'lastVotedView: record.lastVotedView'), { scenario: 'a timeout does not bump the last voted view', ...rules }),
  mutant('a view below the last vote may be given up', ignore(RULES, "refuse('view-below-last-vote')"), rules),
  mutant('a view may be given up that nothing opened', ignore(RULES, "refuse('timeout-without-reason')"), rules),
  // Rule 5
  mutant('a timeout may hide the lock', ignore(RULES, "refuse('certificate-below-lock')"), rules),
  mutant('a vote locks nothing', edit(RULES, 'lockView: maxView(record.lockView, justifyView)', 'lockView: record.lockView'), rules),
  mutant('a lock may fall', edit(RULES, 'lockView: maxView(record.lockView, justifyView)', 'lockView: justifyView'), rules),
  mutant('a timeout leaves out why its view was entered', edit(RULES, 'lastTc: happy ? undefined : highTc', 'lastTc: undefined'), rules),
  // Rule 6
  mutant('a view may be proposed twice', ignore(RULES, "refuse('already-proposed')"), rules),
  mutant('a view that was voted or given up may be proposed', ignore(RULES, "refuse('view-not-above-last-vote')", '\n  const signature'), rules),
  mutant('a proposal is not remembered', edit(RULES, 'lastProposedView: view }', 'lastProposedView: record.lastProposedView }'), rules),
  mutant('a proposal may be made for another epoch', ignore(RULES, "refuse('wrong-epoch')", '\n  // Rule 6'), rules),
]
