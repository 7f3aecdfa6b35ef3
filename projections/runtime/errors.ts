/** Why a projection stops. */

export class CheckpointConflictError extends Error {
  readonly code = 'CHECKPOINT_CONFLICT'
  constructor(readonly projection: string, readonly expected: number) {
    super(`projection ${projection} no longer stands at position ${expected}: another projector is running it; stop one of the two`)
    this.name = 'CheckpointConflictError'
  }
}

export class OtherLogError extends Error {
  readonly code = 'OTHER_LOG'
  constructor(readonly projection: string, readonly position: number, reason: string) {
    super(`projection ${projection} was built from another log (${reason}); rebuild it, or name the database that belongs to this log`)
    this.name = 'OtherLogError'
  }
}

/** An event that a fold refuses: it becomes a dead letter. */
export class PoisonEventError extends Error {
  readonly code = 'POISON_EVENT'
  constructor(readonly position: number, reason: string) {
    super(`event at position ${position}: ${reason}`)
    this.name = 'PoisonEventError'
  }
}

/** What a store says when an error may pass (`transient`), comes from the event (`data`), or neither (`other`). */
export type FailureKind = 'transient' | 'data' | 'other'
