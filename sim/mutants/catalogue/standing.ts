/** Who may lead, what proves a contradiction, and when a validator must not sign at all. */
import { edit, ignore, mutant, tests, type Mutant } from '../mutant.js'

const LEADERS = 'domain/reputation/leaders.ts'
const LEADER = 'consensus/core/leader.ts'
const EVIDENCE = 'domain/evidence/check-evidence.ts'
const PUNISH = 'domain/execution/execute-evidence.ts'
const OWN = 'consensus/core/own-signatures.ts'
const JOINING = 'consensus/core/joining.ts'
const leaders = { tests: tests('domain/reputation/leaders.test.ts', 'consensus/core/leader.test.ts', 'engine') }
const evidence = { tests: tests('domain/evidence/evidence.test.ts') }
const own = { tests: tests('own-signatures', 'joining') }

export const STANDING: readonly Mutant[] = [
  mutant('scores that are not final elect', edit(LEADERS, 'commitsGrandparent ? state.previous : state.elected', 'state.previous'), leaders),
  mutant('scores never change who leads', edit(LEADERS, 'commitsGrandparent ? state.previous : state.elected', 'state.elected'), leaders),
  mutant('a failure costs nothing', edit(LEADERS, 'score: isJailed ? score : afterFailure(score)', 'score'), leaders),
  mutant('failing takes the last chance', edit(LEADERS, 'Math.max(LEADER_RULES.leastScore, Math.floor(score / LEADER_RULES.failureDivisor))', 'Math.floor(score / LEADER_RULES.failureDivisor)'), leaders),
  mutant('the jailed earn their way back by leading', edit(LEADERS, 'score: isJailed ? score : capped(score * LEADER_RULES.proposerFactor)', 'score: capped(score * LEADER_RULES.proposerFactor + 1)'), leaders),
  mutant('the jailed earn their way back by signing', edit(LEADERS, 'score: isJailed ? score : capped(score + LEADER_RULES.signerGain)', 'score: capped(score + LEADER_RULES.signerGain)'), leaders),
  mutant('scores grow without end', edit(LEADERS, 'Math.min(LEADER_RULES.fullScore, score)', 'score'), leaders),
  mutant('a score is not drawn against', edit(LEADER, 'first % LEADER_RULES.fullScore < score', 'first % LEADER_RULES.fullScore >= 0'), leaders),
  mutant('evidence of another epoch counts', ignore(EVIDENCE, "fault('wrong-epoch')", '\n  if (evidence.kind'), evidence),
  mutant('votes of two views are a contradiction', ignore(EVIDENCE, "fault('different-views')"), evidence),
  mutant('one statement made twice is a contradiction', edit(EVIDENCE, "bytesEqual(first, second) ? fault('no-contradiction') : OK", 'bytesEqual(first, second) ? OK : OK'), evidence),
  mutant('the first signature of evidence is not checked', edit(EVIDENCE, 'verify(key, first, evidence.a.signature) && ', ''), evidence),
  mutant('the second signature of evidence is not checked', edit(EVIDENCE, ' && verify(key, second, evidence.b.signature)', ''), evidence),
  mutant('evidence may be used again and again', ignore(PUNISH, "'DUPLICATE'"), evidence),
  mutant('evidence never grows old', ignore(PUNISH, "'SKEW'"), evidence),
  mutant('evidence changes nothing', edit(PUNISH, '  writeLeaders(draft, jail(leaders, offender.index))\n', '  void writeLeaders, jail\n'), evidence),
  mutant('a vote of this key that the record does not know is ignored', edit(OWN, "  if (isUnknownVote(core.record, data)) halt(core, 'voted in', data.view)", '  void data, isUnknownVote'), own),
  mutant('a timeout of this key that the record does not know is ignored', edit(OWN, "if (view > core.record.lastVotedView) halt(core, 'gave up', view)", 'void view'), own),
  mutant('a proposal of this key that the record does not know is ignored', edit(OWN, "if (view > core.record.lastProposedView) halt(core, 'proposed in', view)", 'void view'), own),
  mutant('our signature in a certificate is ignored', edit(OWN, 'if (data.view >= core.record.lastVotedView && isSigner(core, signatures)) watchVote(core, data)', 'void data, signatures'), own),
  mutant('our signature in a timeout certificate is ignored', edit(OWN, '  if (isSigner(core, tc.signatures)) watchTimeout(core, tc.view)', '  void tc'), own),
  mutant('a validator signs before others have told what they know', edit(JOINING, 'core.heardFrom.size >= core.mustHear', 'core.heardFrom.size >= 0'), own),
  mutant('one answer is enough to sign', edit(JOINING, 'core.mustHear = core.config.set.quorum - 1', 'core.mustHear = Math.min(1, core.config.set.quorum - 1)'), own),
  mutant('what is said of our own vote is believed unsigned', ignore(JOINING, "'bad-signature'", '\n  }'), { scenario: 'forged: what is said of our own votes' }),
  mutant('a vote of another validator is taken for ours', ignore(JOINING, "'vote-not-ours'"), { scenario: 'forged: what is said of our own votes' }),
]
