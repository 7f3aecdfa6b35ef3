/**
 * How much trouble each peer has made. Points for what no honest peer sends, halved with time; past a limit the peer is
 * cut off for a while, longer each time. Validators are few and fixed, so nobody is ever shut out for good: after the
 * pause its valid votes count again. Ordinary races (late, repeated, of an old view) cost nothing.
 */

/** What a peer can be blamed for, and how badly; an honest one with sound software is never blamed. */
export const OFFENCE_POINTS = {
  /** A frame above the limit of its lane. */
  'oversized-frame': 50,
  /** Bytes that are no message: undecodable, not canonical, of no known type. */
  unreadable: 10,
  /** A signature or certificate that does not verify, or content that is not what was signed. */
  forged: 20,
  /** Well signed, but nothing the protocol ever sends: another chain, somebody else's view, no reason for the view. */
  'broken-rule': 5,
  /** An answer that does not lead to what was asked for. */
  'wrong-answer': 35,
  /** No answer in time. A busy machine does that too, so it takes a minute of nothing else to be cut off. */
  'no-answer': 10,
  /** A message beyond what even a fast network sends; it was dropped unread. */
  flood: 1,
} as const

export type Offence = keyof typeof OFFENCE_POINTS

export type ScorePolicy = {
  /** Points at which a peer is cut off. */
  readonly cutAtPoints: number
  readonly halfLifeMs: number
  readonly firstPauseMs: number
  /** Each pause is twice the one before, up to this. */
  readonly longestPauseMs: number
  /** A peer that was not cut off for this long is trusted one step more. */
  readonly forgiveAfterMs: number
}

export const SCORE_POLICY: ScorePolicy = { cutAtPoints: 100, halfLifeMs: 60_000, firstPauseMs: 5_000, longestPauseMs: 300_000, forgiveAfterMs: 600_000 }

export type PeerScore = { readonly points: number; readonly at: number; readonly pauses: number; readonly pausedUntil: number }

export const cleanScore = (nowMs: number): PeerScore => ({ points: 0, at: nowMs, pauses: 0, pausedUntil: nowMs })

export const isPaused = (score: PeerScore, nowMs: number): boolean => nowMs < score.pausedUntil

/** Points left of those given before. */
export const pointsAt = (score: PeerScore, nowMs: number, { halfLifeMs }: ScorePolicy): number =>
  score.points * 0.5 ** (Math.max(0, nowMs - score.at) / halfLifeMs)

/** @returns the score after an offence; a pause has begun where `isPaused` holds of it and did not before */
export function blame(score: PeerScore, offence: Offence, nowMs: number, policy: ScorePolicy): PeerScore {
  if (isPaused(score, nowMs)) return score
  const points = pointsAt(score, nowMs, policy) + OFFENCE_POINTS[offence]
  if (points < policy.cutAtPoints) return { ...score, points, at: nowMs }
  const forgiven = Math.floor(Math.max(0, nowMs - score.pausedUntil) / policy.forgiveAfterMs)
  const pauses = Math.max(0, score.pauses - forgiven) + 1
  const pauseMs = Math.min(policy.longestPauseMs, policy.firstPauseMs * 2 ** (pauses - 1))
  return { points: 0, at: nowMs, pauses, pausedUntil: nowMs + pauseMs }
}
