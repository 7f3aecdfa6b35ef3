/** How far the audit log is published, in one line of `status`. */
import { readFileSync } from 'node:fs'
import { parseCheckpoint } from '../../audit/notes/checkpoint.js'
import { AuditFormatError } from '../../audit/errors.js'
import { parseNote } from '../../audit/notes/note.js'
import type { RoleStatus } from './fetch-status.js'

export type AuditLine = {
  /** Entries that the newest checkpoint covers; null where there is none. */
  readonly published: number | null
  /** Validators that cosigned it; null of a stopped folder, where nothing was checked. */
  readonly cosigners: number | null
  /** Why there is no newer one, where there should be. */
  readonly problem: string | null
  /** How long entries have waited for a checkpoint; 0 where none do. */
  readonly waitingMs: number
}

type Told = { readonly published?: { readonly size: string; readonly cosigners: readonly string[] }; readonly problem?: string; readonly waitingMs?: number }

/** As the recorder tells it. */
export function auditOfRecorder(status: RoleStatus): AuditLine | null {
  if (!status.ok || typeof status.audit !== 'object' || status.audit === null) return null
  const { published, problem, waitingMs } = status.audit as Told
  return { published: published === undefined ? null : Number(published.size), cosigners: published?.cosigners.length ?? null, problem: problem ?? null, waitingMs: waitingMs ?? 0 }
}

/** As the checkpoint file says; `audit checkpoint` checks it. */
export function auditOfFile(path: string): AuditLine | null {
  try {
    return { published: Number(parseCheckpoint(parseNote(readFileSync(path)).text).size), cosigners: null, problem: null, waitingMs: 0 }
  } catch (error) {
    if (error instanceof AuditFormatError) return { published: null, cosigners: null, problem: error.message, waitingMs: 0 }
    return null
  }
}

export function renderAudit(audit: AuditLine | null, logPosition: number): string {
  if (audit === null) return 'audit log  no checkpoint'
  const { published, cosigners, problem } = audit
  const size = published === null ? 'no checkpoint yet' : `checkpoint of ${published} of ${logPosition} events${cosigners === null ? '' : `, cosigned by ${cosigners} validators`}`
  return `audit log  ${size}${problem === null ? '' : `; ${problem}`}`
}
