/** One event of the log by its position, as subscribers see it. */
import { badInput } from './errors.js'
import type { FollowedLog } from './subscriptions/feed.js'
import { logEventOf } from './subscriptions/views.js'

/** Null above the newest. `position` is the event's own, from 0. */
export async function readEvent(log: FollowedLog, position: number): Promise<object | null> {
  if (log.readAll === undefined) throw badInput('position', 'cannot be read: this API has no event log')
  for await (const recorded of log.readAll({ from: position, limit: 1 })) return logEventOf(recorded)
  return null
}
