/**
 * Decides appends one after the other against what is known of the log. What is planned but not written yet counts as
 * known, so that several appends can go to the server together.
 */
import { encodeEvent } from '../../domain/events/codec.js'
import type { AppendResult } from '../log.js'
import { findOnce, planAppend, type KnownEvent } from '../plan-append.js'
import type { PreparedAppends } from '../prepare.js'
import type { Known } from './known.js'
import { recordedOf, type Stored } from './stored.js'

export type Plan = {
  /** Decides; resolves with the result that holds once all that is planned was written. Throws EventLogError. */
  decide(prepared: PreparedAppends): Promise<AppendResult>
  /** What has to be written, in order. */
  readonly events: readonly Stored[]
  readonly bytes: () => number
}

/** @param readAt gives an event of the log; @param linked the mark that the planned events carry */
export function createPlan(known: Known, readAt: (position: number) => Promise<Stored>, linked: number): Plan {
  const planned: Stored[] = []
  const heads = new Map<string, number>()
  const ids = new Map<string, Stored>()
  const start = known.position()
  let size = 0

  /** The events of these appends that are there already: the server is asked for them before anything is decided. */
  async function findAll({ appends }: PreparedAppends): Promise<ReadonlyMap<string, Stored>> {
    const found = new Map<string, Stored>()
    for (const { id } of appends.flatMap(({ events }) => events)) {
      const position = known.positionOf(id)
      const stored = ids.get(id) ?? (position === undefined ? undefined : await readAt(position))
      if (stored !== undefined) found.set(id, stored)
    }
    return found
  }

  return {
    events: planned,
    bytes: () => size,
    async decide(prepared) {
      const found = await findAll(prepared)
      const plan = planAppend({
        length: start + planned.length,
        headOf: (stream) => heads.get(stream) ?? known.lastRevision(stream),
        find: findOnce((id) => knownAs(found.get(id))),
      }, prepared)
      if (plan.kind !== 'append') return plan
      for (const { id, event, stream, revision, position } of plan.events) {
        const stored: Stored = { id, encoded: encodeEvent(event), place: { stream, revision, position }, linked }
        planned.push(stored)
        ids.set(id, stored)
      }
      for (const [stream, { last }] of plan.streams) heads.set(stream, last)
      size += plan.bytes
      return { kind: 'appended', events: plan.events }
    },
  }
}

const knownAs = (stored: Stored | undefined): KnownEvent | undefined =>
  (stored === undefined ? undefined : { stream: stored.place.stream, encoded: stored.encoded, recorded: () => recordedOf(stored) })
