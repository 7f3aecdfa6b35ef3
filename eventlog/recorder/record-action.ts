/** An operator action into the log, once: the same id again is the same event, other words under it are refused. */
import type { EventData } from '../../domain/events/schema.js'
import type { Position, UnixMillis } from '../../domain/ids.js'
import { uuidV5 } from '../../domain/uuid.js'
import { OPERATOR_STREAM, type EventLog } from '../log.js'
import { operatorActionSchema, type OperatorAction } from '../operator-actions.js'
import { readAction } from './index/entries.js'
import { actionDigest } from './index/fold.js'
import type { Writer } from './writer.js'

export type OperatorActionFault = 'malformed' | 'conflict'

export class OperatorActionError extends Error {
  readonly code = 'OPERATOR_ACTION'
  constructor(readonly fault: OperatorActionFault, readonly field: string, sentence: string) {
    super(`operator action: ${field}: ${sentence}`)
    this.name = 'OperatorActionError'
  }
}

/** Throws OperatorActionError. The action is on disk when its position is told. @param at when the recorder heard of it */
export async function recordAction(writer: Writer, log: EventLog, given: OperatorAction, at: UnixMillis): Promise<Position> {
  const { id, ...action } = checked(given)
  const happening = `operator/action/${id}`
  const eventId = uuidV5(happening)
  const data: EventData<'OperatorActionRecorded'> = { ...action, at }
  const isSame = await writer.perform((session) => {
    const known = readAction(session.facts, eventId)
    if (known !== undefined) return known === actionDigest(data)
    session.add(OPERATOR_STREAM, 'any', happening, { type: 'OperatorActionRecorded', data })
    return true
  })
  if (!isSame) throw new OperatorActionError('conflict', 'id', `${id} was recorded with other content; take a new id for a new action`)
  return positionOf(log, eventId)
}

function checked(given: OperatorAction): OperatorAction {
  const parsed = operatorActionSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new OperatorActionError('malformed', issue?.path.join('.') || 'action', issue?.message ?? 'has the wrong shape')
}

/** It was recorded a moment ago, or is an old one that somebody tells again. */
async function positionOf(log: EventLog, eventId: string): Promise<Position> {
  for await (const { id, position } of log.readStream(OPERATOR_STREAM, { backwards: true })) {
    if (id === eventId) return position
  }
  throw new Error(`event ${eventId} was recorded and is not in the stream ${OPERATOR_STREAM}`)
}
