/** What a subscription follows: which events of the log, from where, and how each is shown. */
import { isUuid, asPosition } from '../../domain/ids.js'
import type { LifecycleState } from '../../domain/anomaly/events.js'
import { anomalyStream, type EventFilter, type EventLog, type RecordedEvent } from '../../eventlog/log.js'
import { badInput } from '../errors.js'
import { GraphQLError } from '../graphql-js.js'
import { blockEventOf, EVENT_OF_STATE, lifecycleEventOf, logEventOf, positionAfter } from './views.js'

export type FeedName = 'lifecycle' | 'blocks' | 'events'
export type FeedArguments = { readonly anomalyId?: string | null; readonly state?: LifecycleState | null; readonly after?: number | null }

export type FeedItem =
  | { readonly kind: 'event'; readonly position: number; readonly value: object }
  /** Nothing to show before this position. */
  | { readonly kind: 'checkpoint'; readonly position: number }

export type FollowedLog = { length(): Promise<number>; subscribeFiltered?: EventLog['subscribeFiltered']; readAll?: EventLog['readAll'] }

export type Feed = { readonly from: number; open(signal: AbortSignal): AsyncGenerator<FeedItem> }

/**
 * @param resumeAt where an earlier subscription ended; decides over `after`
 * Throws BAD_USER_INPUT for an argument that is wrong, UNAVAILABLE where there is no log to follow.
 */
export async function planFeed(log: FollowedLog, name: FeedName, args: FeedArguments, resumeAt: number | undefined): Promise<Feed> {
  const subscribe = log.subscribeFiltered?.bind(log)
  if (subscribe === undefined) throw new GraphQLError('this API follows no event log', { extensions: { code: 'UNAVAILABLE' } })
  const filter = filterOf(name, args)
  const length = await log.length()
  const from = resumeAt ?? args.after ?? length
  if (from > length) throw badInput(resumeAt === undefined ? 'after' : 'Last-Event-ID', `lies beyond the log, which ends at ${length}; it is of another log, or must be a position that an answer or an event named`)
  return {
    from,
    async *open(signal) {
      for await (const delivery of subscribe(asPosition(from), signal, filter)) {
        if (delivery.kind === 'checkpoint') yield delivery
        else yield { kind: 'event', position: positionAfter(delivery.recorded), value: VIEWS[name](delivery.recorded) }
      }
    },
  }
}

const VIEWS: Readonly<Record<FeedName, (recorded: RecordedEvent) => object>> = { lifecycle: lifecycleEventOf, blocks: blockEventOf, events: logEventOf }

function filterOf(name: FeedName, { anomalyId, state }: FeedArguments): EventFilter {
  if (name === 'events') return {}
  if (name === 'blocks') return { eventTypes: ['BlockCommitted'] }
  if (anomalyId !== undefined && anomalyId !== null && !isUuid(anomalyId)) throw badInput('anomalyId', 'must be a lowercase UUID')
  return {
    ...(anomalyId === undefined || anomalyId === null ? {} : { streamPrefixes: [anomalyStream(anomalyId)] }),
    eventTypes: state === undefined || state === null ? Object.values(EVENT_OF_STATE) : [EVENT_OF_STATE[state]],
  }
}
