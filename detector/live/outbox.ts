/** Drafts of anomalies as the state file keeps them, and what of the past is still worth remembering. */
import type { KnownIncident } from '../incidents/incident-book.js'
import type { AnomalyDraft } from '../incidents/payload.js'
import type { LiveState } from './state-file.js'

export type KeptDraft = LiveState['outbox'][number]

export const keptDraft = (draft: AnomalyDraft): KeptDraft => ({ ...draft, payload: new TextDecoder().decode(draft.payload) })

/** The envelope carries the present, which validators compare with their clocks; the payload says when it was detected. */
export const draftOfKept = (kept: KeptDraft, nowMs: number): AnomalyDraft =>
  ({ ...kept, payload: new TextEncoder().encode(kept.payload), detectedAtMs: nowMs })

/** Flows are read again from where the source is settled, and they began at most so much earlier. */
const REMEMBERED_MS = 900_000
/** Above what the limit of incidents a minute lets through in that time. */
const MAX_REMEMBERED = 10_000

export const stillNeeded = (incidents: readonly KnownIncident[], settledMs: number): KnownIncident[] =>
  incidents.filter(({ openedMs }) => openedMs > settledMs - REMEMBERED_MS).slice(-MAX_REMEMBERED)
