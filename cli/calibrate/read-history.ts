/** How the threshold and the calibration in force have changed, from the event log: block by block, as every detector follows it. */
import type { Genesis } from '../../domain/genesis.js'
import type { Height, UnixMillis } from '../../domain/ids.js'
import { policiesIn } from '../../domain/policy/entry.js'
import { entryAfter } from '../../domain/policy/follow-policies.js'
import type { Policy } from '../../domain/policy/policy.js'
import { policiesInForce, rulesAt } from '../../domain/policy/rules-at.js'
import type { EventLog } from '../../eventlog/log.js'
import { standingIn, isOurs } from './read-standing.js'

/** From this block on it is so. */
export type StandingChange = {
  readonly height: Height
  /** The block's time. */
  readonly at: UnixMillis
  readonly threshold: number
  /** Undefined where none is in force: scores are confidences as they are. */
  readonly curve: string | undefined
  /** Policies that began or ended here. */
  readonly policies: readonly string[]
}
export type History = { /** Newest block; undefined before the first. */ readonly tip: { readonly height: Height; readonly at: UnixMillis } | undefined; readonly changes: readonly StandingChange[] }

export async function readHistory(log: Pick<EventLog, 'readAll'>, genesis: Genesis): Promise<History> {
  const changes: StandingChange[] = []
  let entry: Uint8Array | undefined
  let inForce: ReadonlySet<string> = new Set()
  let tip: History['tip']
  let standing = standingIn(rulesAt(genesis, entry, 0 as Height))
  for await (const { event } of log.readAll()) {
    if (event.type === 'PolicyRecorded') entry = entryAfter(entry, event.data)
    if (event.type !== 'BlockCommitted') continue
    const { height, timestamp: at } = event.data
    tip = { height, at }
    const next = standingIn(rulesAt(genesis, entry, height))
    if (next.threshold === standing.threshold && next.curve === standing.curve) continue
    const now = new Set(policiesInForce(policiesIn(entry), height).filter(isOurPolicy).map(({ policyId }) => policyId))
    changes.push({ height, at, ...next, policies: [...now].filter((id) => !inForce.has(id)).concat([...inForce].filter((id) => !now.has(id))) })
    standing = next
    inForce = now
  }
  return { tip, changes }
}

const isOurPolicy = ({ rule, params }: Policy): boolean => isOurs(rule, params)
