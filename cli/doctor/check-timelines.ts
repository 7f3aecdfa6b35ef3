/** Do the timelines hold as many anomalies in each state as the log does, as of the position they stand at? */
import { LIFECYCLE_STATES, type LifecycleState } from '../../domain/anomaly/events.js'
import type { TimelineStore } from '../../projections/index.js'
import { TIMELINES_PROJECTION } from '../../projections/timelines/projection.js'
import { stateTimeline } from '../../projections/timelines/keys.js'
import type { StateCounts } from '../shared/ledger.js'
import { fail, listed, ok, type Finding } from './finding.js'

export type TimelineFacts = { readonly position: number; readonly counts: Readonly<Record<LifecycleState, number>> }

const LOOKS = 50

/** Reads until the projection stood still from the first read to the last. Undefined where it never does. */
export async function readTimelineFacts(store: TimelineStore): Promise<TimelineFacts | undefined> {
  const { name, version } = TIMELINES_PROJECTION
  for (let look = 0; look < LOOKS; look++) {
    const { position } = await store.checkpoint(name, version)
    const counts = await Promise.all(LIFECYCLE_STATES.map(async (state) => [state, await store.zcard(stateTimeline(state))] as const))
    if ((await store.checkpoint(name, version)).position === position) return { position, counts: Object.fromEntries(counts) as StateCounts }
  }
  return undefined
}

export function checkTimelines({ position, counts }: TimelineFacts, logLength: number, ever: StateCounts | undefined): Finding {
  if (position > logLength || ever === undefined) {
    return fail('timelines', `they stand at position ${position}, the log ends at ${logLength}; they are of another log, rebuild them with \`cybermesh rebuild timelines\``)
  }
  const faults = LIFECYCLE_STATES.filter((state) => counts[state] !== ever[state]).map((state) => `${state} holds ${counts[state]}, the log ${ever[state]}`)
  return faults.length === 0
    ? ok('timelines', `equal to the log at position ${position} of ${logLength}`)
    : fail('timelines', `${listed(faults)}; rebuild them with \`cybermesh rebuild timelines\``)
}
