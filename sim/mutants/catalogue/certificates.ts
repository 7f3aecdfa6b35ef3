/** What a certificate must hold, check by check, and how votes and timeouts become one. */
import { edit, ignore, mutant, tests, type Mutant } from '../mutant.js'

const VERIFY = 'domain/verify-certificate.ts'
const FORMAT = 'domain/certificate.ts'
const certificate = { tests: tests('domain/certificate.test.ts', 'sync-info', 'voting') }
const encoding = { tests: tests('domain/signed-bytes.test.ts', 'domain/certificate.test.ts', 'messages') }
const voteData = 'writer.u64(data.epoch).u64(data.view).u64(data.height).hash(data.blockHash).u64(data.parentView)'

export const CERTIFICATES: readonly Mutant[] = [
  mutant('a certificate of another epoch counts', ignore(VERIFY, "fault('wrong-epoch')", '\n  if (data.view'), certificate),
  mutant('the genesis certificate may say anything', edit(VERIFY, "saysOnlyGenesis && qc.signatures.length === 0 ? OK : fault('not-genesis')", "qc.signatures.length === 0 ? OK : fault('not-genesis')"), certificate),
  mutant('a certificate may certify a view below its parent', ignore(VERIFY, "fault('inconsistent-commit')", '\n  // The 2-chain'), certificate),
  mutant('a certificate may commit across a gap of views', ignore(VERIFY, "fault('inconsistent-commit')", '\n  if (data.commit'), certificate),
  mutant('a certificate may commit a block of any height', ignore(VERIFY, "fault('inconsistent-commit')", '\n  const message'), certificate),
  mutant('too few signers are enough', ignore(VERIFY, "fault('too-few-signers')"), certificate),
  mutant('one signer less is enough', edit(VERIFY, 'signatures.length < set.quorum', 'signatures.length < set.quorum - 1'), certificate),
  mutant('a signer need not be a member', edit(VERIFY, "if (validator === undefined) return fault('unknown-signer')", 'if (validator === undefined) continue'), certificate),
  mutant('a signer counts as often as it appears', ignore(VERIFY, "fault('signer-twice')"), certificate),
  mutant('signatures of a certificate are not checked', ignore(VERIFY, "fault('bad-signature')"), certificate),
  mutant('a timeout certificate of another epoch counts', ignore(VERIFY, "fault('wrong-epoch')", '\n  const highest'), certificate),
  mutant('a timeout certificate may name less than its timeouts', ignore(VERIFY, "fault('high-qc-not-highest')"), certificate),
  mutant('a timeout certificate may name a certificate that is not below it', ignore(VERIFY, "fault('high-qc-too-new')"), certificate),
  mutant('the signatures of a timeout certificate do not matter', edit(VERIFY, 'if (!signatures.ok) return signatures', 'void signatures'), certificate),
  mutant('a timeout certificate may hold a forged certificate', edit(VERIFY, "verifyQc(tc.highQc, set, genesisHash, verify).ok ? OK : fault('bad-high-qc')", 'OK'), certificate),

  mutant('a vote does not sign its chain', edit(FORMAT, 'raw(VOTE_TAG).hash(chainId)', 'raw(VOTE_TAG).raw(NO_HASH)'), encoding),
  mutant('a vote does not sign its epoch', edit(FORMAT, voteData, voteData.replace('data.epoch', '0')), encoding),
  mutant('a vote does not sign its view', edit(FORMAT, voteData, voteData.replace('data.view', '0')), encoding),
  mutant('a vote does not sign the view of the parent', edit(FORMAT, voteData, voteData.replace('data.parentView', '0')), encoding),
  mutant('a vote does not sign what it commits', edit(FORMAT, 'else writer.hash(data.commit.hash).u64(data.commit.height)', 'else writer.raw(NO_HASH).u64(0)'), encoding),
  mutant('votes and timeouts are signed under one domain', edit(FORMAT, "tagBytes('cybermesh/timeout/v1')", "tagBytes('cybermesh/vote/v1')"), encoding),
  mutant('a timeout does not sign its chain', edit(FORMAT, 'raw(TIMEOUT_TAG).hash(chainId)', 'raw(TIMEOUT_TAG).raw(NO_HASH)'), encoding),
  mutant('a timeout does not sign its view', edit(FORMAT, '.u64(epoch).u64(view).u64(highQcView)', '.u64(epoch).u64(0).u64(highQcView)'), encoding),
  mutant('a timeout does not sign the certificate it names', edit(FORMAT, '.u64(epoch).u64(view).u64(highQcView)', '.u64(epoch).u64(view).u64(0)'), encoding),
  mutant('signers may come in any order, and twice', edit(FORMAT, 'if (index <= last) throw', 'if (index < 0) throw'), { scenario: 'forged: bytes' }),
  mutant('a commit height may stand without a hash', edit(FORMAT, 'if (isEmpty && commitHeight !== 0) throw', 'if (isEmpty && commitHeight < 0) throw'), encoding),
  mutant('bytes may follow a message', edit('consensus/core/messages.ts', "  reader.end('message')\n", ''), { scenario: 'forged: bytes' }),
  mutant('a flag may have many values', edit('consensus/core/messages.ts', 'if (flag > 1) throw', 'if (flag > 999) throw'), { scenario: 'forged: bytes' }),

  mutant('votes that say different things add up', edit('consensus/core/vote-pool.ts', '      const content = contentKey(vote)\n      const first', "      const content = ''\n      const first"), { tests: tests('vote-pool') }),
  mutant('a second vote of a view counts too', edit('consensus/core/vote-pool.ts', "        return { kind: 'double-vote', first, second: vote }\n", ''), { tests: tests('vote-pool') }),
  mutant('a third vote of a view is kept and shown too', edit('consensus/core/vote-pool.ts', '        votes.doubled.add(vote.voter)\n', ''), { tests: tests('vote-pool') }),
  mutant('one vote less makes a certificate', edit('consensus/core/vote-pool.ts', 'same.length === set.quorum ', 'same.length === Math.max(1, set.quorum - 1) '), { scenario: 'all is well with 4', tests: tests('vote-pool') }),
  mutant('votes of long past views are kept', edit('consensus/core/vote-pool.ts', 'if (known < view) views.delete(known)', 'void view, known'), { tests: tests('vote-pool') }),
  mutant('a validator times out as often as it says', edit('consensus/core/timeout-pool.ts', "      if (timeouts.has(timeout.sender)) return { kind: 'counted' }\n      timeouts.set(timeout.sender, timeout)", "      timeouts.set(`${timeout.sender} ${timeouts.size}` as never, timeout)"), { tests: tests('timeout-pool') }),
  mutant('one timeout less makes a certificate', edit('consensus/core/timeout-pool.ts', 'timeouts.size === set.quorum', 'timeouts.size === Math.max(1, set.quorum - 1)'), { tests: tests('timeout-pool') }),
  mutant('a timeout certificate carries the first certificate, not the highest', edit('consensus/core/timeout-pool.ts', '(qc.data.view > best.data.view ? qc : best)', '(qc.data.view < 0 ? qc : best)'), { tests: tests('timeout-pool') }),
  mutant('timeouts of past views are kept', edit('consensus/core/timeout-pool.ts', 'if (known < view) views.delete(known)', 'void view, known'), { tests: tests('timeout-pool') }),
  mutant('one liar makes everybody give up', edit('consensus/core/timeout-pool.ts', 'faultTolerance(set.validators.length) + 1', 'Math.max(1, faultTolerance(set.validators.length))'), { tests: tests('timeout-pool') }),
  mutant('nobody joins those who give up', edit('consensus/core/timeout-pool.ts', "timeouts.size === joinSize ? { kind: 'join' } : { kind: 'counted' }", "{ kind: 'counted' }"), { tests: tests('timeout-pool') }),
]
