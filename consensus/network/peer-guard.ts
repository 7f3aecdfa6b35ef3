/** The door to the mesh: counts what is refused, blames who sent it, and says whose messages are not even read. */
import { createFloodGate, type Channel, type FloodGate } from './flood-gate.js'
import { blame, cleanScore, isPaused, pointsAt, SCORE_POLICY, type Offence, type PeerScore, type ScorePolicy } from './peer-score.js'
import { createRefusalBook, type RefusalCount, type Telling } from './refusal-book.js'

/** `type`: what kind of message it was; `offence`: undefined where honest peers may send it too. */
export type Refusal = { readonly type: string; readonly reason: string; readonly offence: Offence | undefined }

export type PeerStanding = { readonly peer: string; readonly points: number; readonly pauses: number; readonly pausedForMs: number }

export type PeerGuard = {
  /** Whether a message of this size is to be read at all. One beyond the budget is counted and blamed. */
  admits(peer: string, channel: Channel, sizeBytes: number): boolean
  /** Counts a refusal and blames the peer; says whether it is time to tell of it. */
  refuse(peer: string, refusal: Refusal): Telling
  isPaused(peer: string): boolean
  /** Peers with points or a past pause. */
  standings(): readonly PeerStanding[]
  refusals(): readonly RefusalCount[]
  /** Messages of this peer that were read. */
  admitted(peer: string): number
}

export type GuardOptions = {
  /** The peers that may connect at all; nobody else is remembered. */
  readonly peers: ReadonlySet<string>
  readonly policy?: Partial<ScorePolicy> | undefined
  /** Whether messages beyond the budgets are dropped; only tests that measure what lies behind say no. */
  readonly isFloodLimited?: boolean | undefined
  /** Milliseconds that only rise. */
  readonly now: () => number
  /** A peer's pause has begun: close its connections. */
  readonly onCut: (peer: string) => void
}

export function createPeerGuard({ peers, policy: changes = {}, isFloodLimited = true, now, onCut }: GuardOptions): PeerGuard {
  const policy = { ...SCORE_POLICY, ...changes }
  const scores = new Map<string, PeerScore>()
  const gates = new Map<string, FloodGate>()
  const book = createRefusalBook()
  const admitted = new Map<string, number>()

  const scoreOf = (peer: string): PeerScore => scores.get(peer) ?? cleanScore(now())

  const refuse = (peer: string, { type, reason, offence }: Refusal): Telling => {
    if (!peers.has(peer)) return { isTold: false }
    if (offence !== undefined) {
      const before = scoreOf(peer)
      const after = blame(before, offence, now(), policy)
      scores.set(peer, after)
      if (isPaused(after, now()) && !isPaused(before, now())) onCut(peer)
    }
    return book.note(peer, type, reason, now())
  }

  return {
    admits(peer, channel, sizeBytes) {
      if (!peers.has(peer) || isPaused(scoreOf(peer), now())) return false
      const gate = gates.get(peer) ?? createFloodGate(now())
      gates.set(peer, gate)
      if (isFloodLimited && !gate.passes(channel, sizeBytes, now())) {
        refuse(peer, { type: channel, reason: 'flood', offence: 'flood' })
        return false
      }
      admitted.set(peer, (admitted.get(peer) ?? 0) + 1)
      return true
    },
    refuse,
    isPaused: (peer) => isPaused(scoreOf(peer), now()),
    standings: () => [...scores].map(([peer, score]) => ({
      peer, points: Math.round(pointsAt(score, now(), policy)), pauses: score.pauses, pausedForMs: Math.max(0, Math.round(score.pausedUntil - now())),
    })).filter(({ points, pauses }) => points > 0 || pauses > 0),
    refusals: () => book.counts(),
    admitted: (peer) => admitted.get(peer) ?? 0,
  }
}
