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

/** A store that may be wiped has lost what was written: the projection begins again where the store stands now. */
export class ReadModelLostError extends Error {
  readonly code = 'READ_MODEL_LOST'
  constructor(readonly projection: string, readonly had: number, readonly has: number, reason: string) {
    super(`the read model ${projection} stood at position ${had} and now stands at ${has}: ${reason}; it is built again from the event log`)
    this.name = 'ReadModelLostError'
  }
}

/** What a store says when an error may pass (`transient`), comes from the event (`data`), or neither (`other`). */
export type FailureKind = 'transient' | 'data' | 'other'
