/**
 * What an operator or the system itself did, on its way into the log: rebuilds, exports, uses of keys, policies, logins
 * that failed, configuration. Whoever acts knows only this port; who may append is not its concern.
 */
import { z } from 'zod'
import type { Position } from '../domain/ids.js'

/** No control characters: these texts are shown to people and stored in SQL. */
const text = (most: number, least = 1) => z.string().min(least).max(most).regex(/^[^\u0000-\u001f\u007f]*$/u, 'must hold no control characters')

export const operatorActionSchema = z.strictObject({
  /** Chosen by whoever acts; the same id again is the same action, recorded once. */
  id: z.uuid().toLowerCase(),
  /** Who: a name of the operating system, of a token, or of a role. */
  actor: text(128),
  /** What, such as `rebuild` or `login`. */
  action: z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/, 'must be 1 to 64 of a-z, 0-9, dots and hyphens, beginning with a letter'),
  /** To which: a read model, a file, a role. */
  resource: text(512),
  result: z.enum(['success', 'failure']),
  /** Why, in words; may be empty. */
  reason: text(1024, 0),
  /** Never secrets and never addresses: the log is public to all who audit it. */
  fields: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, hyphens and underscores, beginning with a letter'), text(1024, 0))
    .refine((fields) => Object.keys(fields).length <= 64, 'must be at most 64'),
})

export type OperatorAction = z.output<typeof operatorActionSchema>

/** Whoever acts: the action is in the log, on disk, when the position is told. */
export type OperatorActions = { record(action: OperatorAction): Promise<Position> }

/** More than the largest action takes as JSON. */
export const MOST_ACTION_BYTES = 512 * 1024
