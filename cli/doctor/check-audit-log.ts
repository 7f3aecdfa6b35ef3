/** Does the recorder publish what it writes? A log that nobody can check any more looks, from outside, like one that is asleep. */
import { join } from 'node:path'
import { CHECKPOINT_FILE } from '../../audit/tiles/tile-files.js'
import type { Layout } from '../data-folder/layout.js'
import { auditOfFile, auditOfRecorder, type AuditLine } from '../shared/audit-line.js'
import { fetchStatus } from '../shared/fetch-status.js'
import type { FolderState } from '../shared/running.js'
import { count, fail, ok, warn, type Finding } from './finding.js'

/** A checkpoint comes every two seconds, and with all witnesses away it is tried every eight. */
export const STUCK_AFTER_MS = 30_000

/** @param length of the event log. Empty where the recorder does not answer, which the check of roles tells. */
export async function checkAuditLog(layout: Layout, state: FolderState, length: number): Promise<Finding[]> {
  if (state.kind === 'busy') return []
  if (state.kind === 'stopped') return [judgeStopped(auditOfFile(join(layout.audit, CHECKPOINT_FILE)), length)]
  const line = auditOfRecorder(await fetchStatus(state.running.roles.recorder ?? ''))
  return line === null ? [] : [judgeRunning(line, length)]
}

export function judgeRunning({ published, cosigners, problem, waitingMs }: AuditLine, length: number): Finding {
  const covered = published ?? 0
  const place = published === null ? `${count(length, 'event')} and no checkpoint yet` : `the newest checkpoint covers ${published} of ${length} events`
  const why = problem ?? 'the recorder does not say why; look into recorder.log in the run folder'
  if (waitingMs >= STUCK_AFTER_MS) return fail('audit log', `${place}, and none came for ${Math.round(waitingMs / 1000)} s: ${why}`)
  if (problem !== null) return warn('audit log', `${place}; ${problem}; if this stays so, nobody can check what came since`)
  return ok('audit log', published === null ? place : `${place}, cosigned by ${count(cosigners ?? 0, 'validator')}${covered < length ? '; the next one is due' : ''}`)
}

export function judgeStopped(line: AuditLine | null, length: number): Finding {
  if (line === null) return length === 0 ? ok('audit log', 'nothing to publish yet') : warn('audit log', 'no checkpoint was published yet; one comes once a quorum of validators runs beside the recorder')
  const { published, problem } = line
  if (published === null) return warn('audit log', `its newest checkpoint cannot be read (${problem}); the recorder makes a new one, and \`cybermesh audit fsck\` says what else differs`)
  if (published > length) return fail('audit log', `the newest checkpoint covers ${published} entries and the event log has ${length}: the log is an older copy; restore it, and keep both as evidence`)
  return ok('audit log', `the newest checkpoint covers ${published} of ${count(length, 'event')}${published < length ? '; what is newer is published when the recorder runs again' : ''}`)
}
