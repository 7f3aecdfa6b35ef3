/** What `verdict` and `evidence submit` tell a person, and what they take. */
import { UserError } from '../shared/user-error.js'
import type { ReportAnswer } from './send-report.js'

export const renderReport = (what: string, { reportId, origin, sentence }: ReportAnswer): string => `${what} ${sentence}\nreport ${reportId}, at ${origin}`

/** Throws UserError where it is no number of seconds. */
export function waitMsOf(seconds: string): number {
  const waitMs = Number(seconds) * 1000
  if (!Number.isFinite(waitMs) || waitMs < 0) throw new UserError('BAD_OPTION', `--wait takes seconds, got ${seconds}`)
  return waitMs
}
