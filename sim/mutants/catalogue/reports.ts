/** What makes a chain of custody whole, and who may say what how often. */
import { edit, ignore, mutant, tests, type Mutant } from '../mutant.js'

const CUSTODY = 'domain/custody/check-custody.ts'
const CHAIN = 'domain/custody/chain.ts'
const CHECK = 'domain/message/check-report.ts'
const REPORT = 'domain/execution/execute-report.ts'
const custody = { tests: tests('domain/custody/custody.test.ts', 'domain/message/check-report.test.ts') }
const admission = { tests: tests('domain/message/check-report.test.ts') }
const execution = { tests: tests('domain/execution/execute-report.test.ts') }

export const REPORTS: readonly Mutant[] = [
  mutant('custody is not checked', edit(CHECK, '  if (broken !== undefined) return refuse(broken, message, authentic)\n', '  void broken\n'), admission),
  mutant('a link of custody may bind anything', edit(CUSTODY, 'if (!bytesEqual(entry.refHash, expected)) return', 'if (entry.refHash.length !== expected.length) return'), custody),
  mutant('a link of custody does not bind the one before', edit(CHAIN, 'before === undefined ? FIRST : hashOf(before)', 'FIRST'), custody),
  mutant('a link of custody does not name the next holder', edit(CHAIN, 'writer.u8(0).raw(to)', 'writer.u8(0)'), custody),
  mutant('a link of custody fits other evidence', edit(CHAIN, '.text(subject.id).raw(subject.contentHash)', ''), custody),
  mutant('the last holder may hand evidence over as anything', edit(CHAIN, 'writer.u8(1).raw(deliveryHash(to))', 'writer.u8(1)'), custody),
  mutant('links of custody need no signature', edit(CUSTODY, 'if (verify?.(entry.actorId, custodySignBytes(entry), entry.signature) === false) return', 'if (entry.signature.length !== 64) return'), custody),
  mutant('anybody may have held evidence', edit(CUSTODY, 'if (!isKnown(bytesToHex(entry.actorId))) return', 'if (entry.actorId.length !== 32) return'), custody),
  mutant('custody may run backwards', edit(CUSTODY, 'entry.tsSeconds < before.tsSeconds', 'entry.tsSeconds < 0'), custody),
  mutant('custody may end after the message', edit(CUSTODY, 'if (entry.tsSeconds > claim.tsSeconds) return', 'if (entry.tsSeconds < 0) return'), custody),
  mutant('the last holder need not be the producer', edit(CUSTODY, '|| !bytesEqual(last.actorId, producerId)', ''), custody),
  mutant('anyone may be an analyst', edit(CHECK, 'const isAnalyst = analysts.has(reporter)', 'const isAnalyst = reporter.length > 0'), admission),
  mutant('producers may give verdicts', edit(CHECK, 'message.evidenceType === VERDICT_TYPE ? undefined : producers.get(reporter)', 'producers.get(reporter)'), admission),
  mutant('the signature of a report is not checked', edit(CHECK, 'if (!isVerified && !verify(message.pubkey, evidenceMessageSignBytes(message, scheme), message.signature)) {', 'if (message.signature.length < 0) {'), admission),
  mutant('a verdict may refer to other anomalies than its own', edit(CHECK, '!refs.every((ref, i) => bytesEqual(ref, message.refs[i] as Uint8Array))', 'false'), admission),
  mutant('a report may be of any time', edit(CHECK, 'if (skewMs > limits.skewMs) {', 'if (skewMs < 0) {'), admission),
  mutant('a reporter may have two verdicts', edit(REPORT, "standing.every((id) => id === undefined) ? undefined : 'DUPLICATE'", 'undefined'), execution),
  mutant('an incident may have two verdicts of one reporter', edit(REPORT, ', verdictOnIncidentKey(reporter, incidentId)]', ']'), execution),
  mutant('a verdict may supersede one that no longer stands', edit(REPORT, "standing.every((id) => id === supersedes) ? undefined : 'DUPLICATE'", 'undefined'), execution),
  mutant('a verdict may supersede nothing', ignore(REPORT, "'UNKNOWN_REFERENCE'", '\n  return standing.every'), execution),
  mutant('a report may name anomalies that nobody committed', ignore(REPORT, "'UNKNOWN_REFERENCE'", '\n  if (verdict !== undefined)'), execution),
  mutant('a report id may be used twice', ignore(REPORT, "'DUPLICATE'", '\n  if (isNonceUsed'), execution),
  mutant('a nonce of reports may be used twice', ignore(REPORT, "'REPLAY'"), execution),
  mutant('evidence that fails is not counted', edit('domain/execution/producer-failures.ts', "tx.kind === 'report' ? decodeEvidenceMessage(tx.bytes) : undefined", "tx.kind === 'report' && tx.bytes.length < 0 ? decodeEvidenceMessage(tx.bytes) : undefined"), execution),
  mutant('execution of reports checks nothing again', ignore(REPORT, 'check.code'), execution),
]
