/**
 * The verdicts that stand on an anomaly, and what they make of it. One analyst has one; a later one takes the place of
 * the one that it supersedes. What nobody agrees on has no label: a guess would poison what is calibrated with it.
 */
import type { DomainEvent, EventData } from '../events/schema.js'
import type { VerdictKind } from './verdict.js'

export type StandingVerdict = {
  readonly reportId: string
  /** Public key of the analyst, hex. */
  readonly reporterId: string
  readonly verdict: VerdictKind
  /** When the analyst gave it, unix seconds. */
  readonly at: number
}

/** `duplicate` says which detection another one repeats, and nothing of its truth. */
export type VerdictLabel = Exclude<VerdictKind, 'duplicate'>

export type GivenVerdict = EventData<'ReportRecorded'> & { readonly verdict: NonNullable<EventData<'ReportRecorded'>['verdict']> }

/** What a verdict says where execution accepted it; undefined for every other event. */
export function verdictIn(event: DomainEvent): GivenVerdict | undefined {
  if (event.type !== 'ReportRecorded' || event.data.outcome.kind !== 'applied' || event.data.verdict === undefined) return undefined
  return event.data as GivenVerdict
}

export function verdictsAfter(standing: readonly StandingVerdict[], { reportId, reporterId, reportedAtSeconds, verdict }: GivenVerdict): readonly StandingVerdict[] {
  const others = standing.filter((known) => known.reportId !== verdict.supersedes)
  return [...others, { reportId, reporterId, verdict: verdict.verdict, at: reportedAtSeconds }]
}

/** What more analysts say than say anything else; null in a tie and where nobody says anything of the truth. */
export function labelOf(standing: readonly StandingVerdict[]): VerdictLabel | null {
  const votes = new Map<VerdictLabel, number>()
  for (const { verdict } of standing) if (verdict !== 'duplicate') votes.set(verdict, (votes.get(verdict) ?? 0) + 1)
  const most = Math.max(0, ...votes.values())
  const leading = [...votes].filter(([, count]) => count === most)
  return leading.length === 1 ? (leading[0]?.[0] ?? null) : null
}
