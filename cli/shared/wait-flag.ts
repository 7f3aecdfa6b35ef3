/** `--wait SECONDS` of commands that wait for what becomes of what they sent. */
import { UserError } from './user-error.js'

/** Throws UserError where it is no number of seconds. */
export function waitMsOf(seconds: string): number {
  const waitMs = Number(seconds) * 1000
  if (!Number.isFinite(waitMs) || waitMs < 0) throw new UserError('BAD_OPTION', `--wait takes seconds, got ${seconds}`)
  return waitMs
}
