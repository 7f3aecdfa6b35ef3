/**
 * Standings of validators as leaders, computed from the blocks of the log by the very rules that validators apply to
 * their state: what people read here is what elects leaders.
 */
import type { EventData } from '../../domain/events/schema.js'
import type { ValidatorId } from '../../domain/ids.js'
import { afterBlock, firstLeaders, jail, type LeadersState, type LeaderStanding } from '../../domain/reputation/leaders.js'
import type { RecordedEvent } from '../../eventlog/log.js'

export type KnownStanding = {
  readonly id: ValidatorId
  readonly standing: LeaderStanding
  /** Newest block whose certificate it signed. */
  readonly signedHeight: number | undefined
}

export type StandingFold = { visit(recorded: RecordedEvent): void; finish(): readonly KnownStanding[] }

/** @param known standings before the batch */
export function createStandingFold(known: readonly KnownStanding[]): StandingFold {
  const ids = known.map(({ id }) => id)
  const signedHeights = new Map(known.map(({ id, signedHeight }) => [id, signedHeight]))
  let state: LeadersState = { standings: known.map(({ standing }) => standing), previous: [], elected: [] }
  let hasChanged = false

  const indexOf = (id: ValidatorId): number => {
    const index = ids.indexOf(id)
    if (index !== -1) return index
    ids.push(id)
    state = { ...state, standings: [...state.standings, ...firstLeaders(1).standings] }
    return ids.length - 1
  }
  const visitBlock = (block: EventData<'BlockCommitted'>): void => {
    // The certificate inside a block is that of the block before: its signers were noted there.
    const signers = ids.filter((id) => block.height > 1 && signedHeights.get(id) === block.height - 1).map(indexOf)
    const failed = (block.failedLeaders ?? []).map(indexOf)
    state = afterBlock(state, { proposer: indexOf(block.proposer), failed, signers, commitsGrandparent: false })
    for (const { evidence, status } of block.transactions) if (evidence !== undefined && status === 'success') state = jail(state, indexOf(evidence.offender))
    for (const id of block.certificateSigners) {
      indexOf(id)
      signedHeights.set(id, block.height)
    }
    hasChanged = true
  }

  return {
    visit({ event }) {
      if (event.type === 'ValidatorRegistered') indexOf(event.data.validatorId)
      if (event.type === 'BlockCommitted') visitBlock(event.data)
    },
    finish: () => (hasChanged ? state.standings.map((standing, i) => ({ id: ids[i] as ValidatorId, standing, signedHeight: signedHeights.get(ids[i] as ValidatorId) })) : []),
  }
}
