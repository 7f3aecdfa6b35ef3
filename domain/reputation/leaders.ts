/**
 * How much each validator is trusted to lead. The scores are part of the state and follow from the blocks alone, in
 * whole numbers, so all validators hold the same ones. A leader that fails costs everybody a timeout: it loses its
 * turns at once and earns them back slowly by signing and quickly by leading well.
 */
import { ByteReader, ByteWriter, DecodeError } from '../bytes.js'

/** Every rule in one place; each number says what it is for. */
export const LEADER_RULES = {
  /** Everybody starts here and nobody gets more: while all have it, validators lead strictly in turn. */
  fullScore: 100,
  /** One lost view leaves a tenth of the turns, two leave one in a hundred: a dead leader soon costs next to nothing. */
  failureDivisor: 10,
  /** Failing never takes the last chance, or nobody who was down for an hour would ever lead again. */
  leastScore: 1,
  /** Signing shows that a validator is there and keeps up, not yet that it can lead: a slow way back. */
  signerGain: 1,
  /** Leading a view to a block is the proof itself: seven of them lead from the least score to the full one. */
  proposerFactor: 2,
  /** A proven contradiction is no accident: it never leads again, yet its votes still count for the quorum. */
  jailedScore: 0,
} as const

/** One validator's standing. */
export type LeaderStanding = {
  readonly score: number
  readonly isJailed: boolean
  /** Views it led that ended without a block of this chain. */
  readonly failures: number
  /** Blocks it proposed on this chain. */
  readonly proposals: number
  /** Proven contradictions. */
  readonly evidence: number
}

/**
 * The standings after a block, and what of them may be used: scores of blocks that are not final must not choose
 * leaders, since another branch may win. A commit always names the grandparent of the block that carries it, so the
 * scores one block back are all that has to be kept.
 */
export type LeadersState = {
  /** After this block, by index in the validator set. */
  readonly standings: readonly LeaderStanding[]
  /** Scores after the parent of this block. */
  readonly previous: readonly number[]
  /** Scores after the newest block that was committed when this block was made: they elect. */
  readonly elected: readonly number[]
}

/** What one block says about leaders; validators by index. */
export type LeaderNews = {
  readonly proposer: number | undefined
  /** Leaders of the views since the parent that brought no block, once for each view. */
  readonly failed: readonly number[]
  /** Signers of the parent's certificate. */
  readonly signers: readonly number[]
  /** Whether the parent's certificate commits the grandparent. */
  readonly commitsGrandparent: boolean
}

/** Before the first block everybody is trusted. */
export function firstLeaders(count: number): LeadersState {
  const standing: LeaderStanding = { score: LEADER_RULES.fullScore, isJailed: false, failures: 0, proposals: 0, evidence: 0 }
  const scores = Array.from({ length: count }, () => LEADER_RULES.fullScore)
  return { standings: scores.map(() => standing), previous: scores, elected: scores }
}

export const scoresOf = ({ standings }: LeadersState): readonly number[] => standings.map(({ score }) => score)

/** @param state after the parent */
export function afterBlock(state: LeadersState, { proposer, failed, signers, commitsGrandparent }: LeaderNews): LeadersState {
  const standings = [...state.standings]
  const change = (index: number, next: (standing: LeaderStanding) => Partial<LeaderStanding>): void => {
    const standing = standings[index]
    if (standing !== undefined) standings[index] = { ...standing, ...next(standing) }
  }
  for (const index of failed) change(index, ({ score, isJailed, failures }) => ({ failures: failures + 1, score: isJailed ? score : afterFailure(score) }))
  for (const index of signers) change(index, ({ score, isJailed }) => ({ score: isJailed ? score : capped(score + LEADER_RULES.signerGain) }))
  if (proposer !== undefined) {
    change(proposer, ({ score, isJailed, proposals }) => ({ proposals: proposals + 1, score: isJailed ? score : capped(score * LEADER_RULES.proposerFactor) }))
  }
  return { standings, previous: scoresOf(state), elected: commitsGrandparent ? state.previous : state.elected }
}

/** Punishes a proven contradiction. */
export function jail(state: LeadersState, index: number): LeadersState {
  const standings = state.standings.map((standing, i) => i !== index ? standing
    : { ...standing, isJailed: true, score: LEADER_RULES.jailedScore, evidence: standing.evidence + 1 })
  return { ...state, standings }
}

const afterFailure = (score: number): number => Math.max(LEADER_RULES.leastScore, Math.floor(score / LEADER_RULES.failureDivisor))
const capped = (score: number): number => Math.min(LEADER_RULES.fullScore, score)

export function encodeLeaders({ standings, previous, elected }: LeadersState): Uint8Array {
  const writer = new ByteWriter(standings.length * 24 + 8).u32(standings.length)
  for (const { score, isJailed, failures, proposals, evidence } of standings) {
    writer.u8(score).u8(isJailed ? 1 : 0).u64(failures).u64(proposals).u32(evidence)
  }
  for (const score of [...previous, ...elected]) writer.u8(score)
  return writer.finish()
}

export function decodeLeaders(bytes: Uint8Array): LeadersState {
  const reader = new ByteReader(bytes)
  const count = reader.count(MAX_VALIDATORS, 'leaders')
  const standings = Array.from({ length: count }, (): LeaderStanding => ({
    score: readScore(reader), isJailed: readFlag(reader),
    failures: reader.u64('leaders.failures'), proposals: reader.u64('leaders.proposals'), evidence: reader.u32('leaders.evidence'),
  }))
  const previous = Array.from({ length: count }, () => readScore(reader))
  const elected = Array.from({ length: count }, () => readScore(reader))
  reader.end('leaders')
  return { standings, previous, elected }
}

/** As many as a certificate can index. */
const MAX_VALIDATORS = 256

function readScore(reader: ByteReader): number {
  const score = reader.u8('leaders.score')
  if (score > LEADER_RULES.fullScore) throw new DecodeError('leaders.score', `${score} is above ${LEADER_RULES.fullScore}`)
  return score
}

function readFlag(reader: ByteReader): boolean {
  const flag = reader.u8('leaders.isJailed')
  if (flag > 1) throw new DecodeError('leaders.isJailed', 'neither 0 nor 1')
  return flag === 1
}
