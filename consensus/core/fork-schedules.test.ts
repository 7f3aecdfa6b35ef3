import { afterEach, describe, expect, test, vi } from 'vitest'
import type * as Safety from './safety-rules.js'
import type * as CommitRule from './commit-rule.js'
import type * as OwnSignatures from './own-signatures.js'
import type * as Quorum from '../../domain/quorum.js'
import type * as Certificates from '../../domain/verify-certificate.js'
import { heal, isForked, liarBetweenHalves, nonConsecutiveViews, powerCycleAfterCommit, staleLeader, voteAfterTimeout, type Schedule } from './testing/schedules.js'

/** The rule that is taken out while a test runs. */
const removed = vi.hoisted(() => ({ rule: undefined as string | undefined }))
afterEach(() => { removed.rule = undefined })

vi.mock('./commit-rule.js', async (original) => {
  const real = await original<typeof CommitRule>()
  const byHeight: typeof real.commitsParent = (block, parent) => block.header.parentHash === parent.hash && parent.header.height + 1 === block.header.height
  return {
    commitsParent: ((block, parent) => (removed.rule === 'views' ? byHeight : real.commitsParent)(block, parent)) as typeof real.commitsParent,
    voteDataFor: ((block, parent) => (removed.rule === 'views'
      ? { ...real.voteDataFor(block, parent), commit: { hash: parent.hash, height: parent.header.height } }
      : real.voteDataFor(block, parent))) as typeof real.voteDataFor,
  }
})
vi.mock('../../domain/verify-certificate.js', async (original) => {
  const real = await original<typeof Certificates>()
  // The certificate's own 2-chain rule would refuse what the commit by heights claims: both must be gone for the fork.
  const isTrusted = (): boolean => removed.rule === 'views'
  return {
    verifyQc: ((...args) => (isTrusted() ? { ok: true } : real.verifyQc(...args))) as typeof real.verifyQc,
    verifyTc: ((...args) => (isTrusted() ? { ok: true } : real.verifyTc(...args))) as typeof real.verifyTc,
  }
})
vi.mock('./own-signatures.js', async (original) => {
  const real = await original<typeof OwnSignatures>()
  // A record that does not know of its own timeouts stops its node at the first certificate of them: both must be gone for the fork.
  const isOff = (): boolean => removed.rule === 'timeout-bump'
  return {
    ...real,
    watchTc: ((...args) => (isOff() ? undefined : real.watchTc(...args))) as typeof real.watchTc,
    watchTimeout: ((...args) => (isOff() ? undefined : real.watchTimeout(...args))) as typeof real.watchTimeout,
  }
})
vi.mock('../../domain/quorum.js', async (original) => {
  const real = await original<typeof Quorum>()
  return { ...real, quorumSize: (n: number) => (removed.rule === 'quorum' ? 2 * real.faultTolerance(n) + 1 : real.quorumSize(n)) }
})
vi.mock('./safety-rules.js', async (original) => {
  const real = await original<typeof Safety>()
  const signTimeout: typeof real.signTimeout = (context, record, view) => {
    const signed = real.signTimeout(context, record, view)
    return signed.ok && removed.rule === 'timeout-bump' ? { ...signed, record: { ...signed.record, lastVotedView: record.lastVotedView } } : signed
  }
  const signVote: typeof real.signVote = (context, record, block, data, lastTc) =>
    real.signVote(context, record, block, data, lastTc !== undefined && removed.rule === 'tc-high-qc' ? { ...lastTc, highQc: block.justify } : lastTc)
  return { ...real, signTimeout, signVote }
})

const schedules: readonly [string, string, Schedule][] = [
  ['three certified views that are not consecutive', 'views', nonConsecutiveViews],
  ['a liar of five between two halves', 'quorum', liarBetweenHalves],
  ['power lost by all but the one that committed', 'memory', powerCycleAfterCommit],
  ['a proposal shown to those who gave up its view', 'timeout-bump', voteAfterTimeout],
  ['a leader with an old parent and a valid timeout certificate', 'tc-high-qc', staleLeader],
]

describe.each(schedules)('%s', (_, rule, run) => {
  test('ends in agreement, and all goes on afterwards', () => {
    const cluster = run({ memory: 'kept' })
    expect(isForked(cluster)).toBe(false)
    heal(cluster)
    expect(isForked(cluster)).toBe(false)
    const running = cluster.nodes.filter(({ isUp }) => isUp)
    expect(Math.min(...running.map(({ committed }) => committed.length))).toBeGreaterThan(0)
    expect(new Set(running.map(({ engine }) => engine.status().committedHeight)).size).toBe(1)
    expect(running.flatMap(({ reports }) => reports.filter(({ kind }) => kind === 'safety-alarm'))).toEqual([])
  })

  test(`forks where the rule "${rule}" is taken out`, () => {
    removed.rule = rule
    expect(isForked(run({ memory: rule === 'memory' ? 'lost' : 'kept' }))).toBe(true)
  })
})
