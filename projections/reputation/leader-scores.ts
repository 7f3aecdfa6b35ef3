/**
 * Tells every change of a validator's score as a leader, step by step, by the very rules that validators apply to their
 * state (domain/reputation/leaders.ts).
 */
import type { EventData } from '../../domain/events/schema.js'
import { afterBlock, firstLeaders, jail, LEADER_RULES, type LeaderNews, type LeadersState } from '../../domain/reputation/leaders.js'
import type { ChangeReason, LeaderScore } from './changes.js'

export type ScoreStep = { readonly validator: string; readonly before: number; readonly after: number; readonly reason: ChangeReason }

export type LeaderScores = {
  /** In the order in which the rules apply them. */
  follow(block: EventData<'BlockCommitted'>): readonly ScoreStep[]
  /** Newest block seen; 0 before the first. */
  height(): number
  changed(): ReadonlyMap<string, LeaderScore>
}

/** @param known all validators that blocks ever spoke of */
export function createLeaderScores(known: ReadonlyMap<string, LeaderScore>): LeaderScores {
  const changed = new Map<string, LeaderScore>()
  const scoreOf = (id: string): LeaderScore => changed.get(id) ?? known.get(id) ?? { score: LEADER_RULES.fullScore, signedHeight: undefined, height: 0 }
  let height = Math.max(0, ...[...known.values()].map((leader) => leader.height))

  return {
    follow(block) {
      const steps: ScoreStep[] = []
      const step = (validator: string, reason: ChangeReason, rule: (state: LeadersState) => LeadersState): void => {
        const leader = scoreOf(validator)
        const after = rule(alone(leader.score)).standings[0]?.score ?? leader.score
        changed.set(validator, { ...leader, score: after, height: block.height })
        if (after !== leader.score) steps.push({ validator, before: leader.score, after, reason })
      }
      // The certificate inside a block is that of the block before: its signers were noted there.
      const signers = [...new Set([...known.keys(), ...changed.keys()])].filter((id) => block.height > 1 && scoreOf(id).signedHeight === block.height - 1).sort()
      for (const id of block.failedLeaders ?? []) step(id, 'FAILED_TO_LEAD', (state) => afterBlock(state, { ...NO_NEWS, failed: [0] }))
      for (const id of signers) step(id, 'SIGNED', (state) => afterBlock(state, { ...NO_NEWS, signers: [0] }))
      step(block.proposer, 'LED', (state) => afterBlock(state, { ...NO_NEWS, proposer: 0 }))
      for (const { evidence, status } of block.transactions) {
        if (evidence !== undefined && status === 'success') step(evidence.offender, 'CONTRADICTED', (state) => jail(state, 0))
      }
      for (const id of block.certificateSigners) changed.set(id, { ...scoreOf(id), signedHeight: block.height, height: block.height })
      height = block.height
      return steps
    },
    height: () => height,
    changed: () => changed,
  }
}

const NO_NEWS: LeaderNews = { proposer: undefined, failed: [], signers: [], commitsGrandparent: false }

/** A validator by itself: the rules look at one score at a time. Only who is jailed has the jailed score. */
function alone(score: number): LeadersState {
  const state = firstLeaders(1)
  return { ...state, standings: state.standings.map((standing) => ({ ...standing, score, isJailed: score === LEADER_RULES.jailedScore })) }
}
