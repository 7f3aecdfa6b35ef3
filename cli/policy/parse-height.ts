/** Heights as people give them: a number, so many blocks ahead, or as many as the chain makes in some seconds. */
import type { Height, UnixMillis } from '../../domain/ids.js'
import { UserError } from '../shared/user-error.js'

/** What heights ahead are counted from. */
export type ChainPace = {
  /** Of the next block. */
  readonly height: Height
  /** When the newest blocks were made, the oldest first. */
  readonly blockTimes: readonly UnixMillis[]
}

/** On a chain that rests, `+5s` must not be the next block: a policy takes a few blocks to get into one. */
export const FEWEST_AHEAD = 5

/**
 * `N`: that height. `+N`: N above the next block's. `+Ns`: above it by what the chain made in its last N seconds, five at
 * least. Throws UserError BAD_OPTION that names `option`.
 * @param pace undefined where no log is at hand; only plain heights are known then
 */
export function parseHeight(option: string, text: string, pace: ChainPace | undefined): number {
  const match = /^(\+?)(\d{1,15})(s?)$/.exec(text)
  const count = Number(match?.[2])
  const kind = match === null ? undefined : `${match[1]}N${match[3]}`
  if (kind === 'N') return count
  if (pace === undefined) throw new UserError('BAD_OPTION', `${option} must be a height where a policy is signed apart from the mesh, got ${text}; \`cybermesh policy list\` beside the mesh says where it stands`)
  if (kind === '+N') return pace.height + count
  if (kind === '+Ns') return pace.height + Math.max(FEWEST_AHEAD, blocksWithin(pace.blockTimes, count))
  throw new UserError('BAD_OPTION', `${option} must be a height, +N for N above the next block's, or +Ns for as many as the chain makes in N seconds, got ${text}`)
}

/** Blocks a chain makes in that time at the pace of its newest ones. Shorter histories are taken to go on as they went. */
function blocksWithin(times: readonly UnixMillis[], seconds: number): number {
  const last = times.at(-1)
  if (last === undefined) return 0
  const recent = times.filter((time) => time > last - seconds * 1000)
  const first = recent[0] ?? last
  // A list that does not reach back that far: its pace, for the whole time.
  if (recent.length === times.length && last > first) return Math.ceil((recent.length - 1) * seconds * 1000 / (last - first))
  return recent.length
}
