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
  constructor(readonly position: number, reason: string, options?: ErrorOptions) {
    super(`event at position ${position}: ${reason}`, options)
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

/** There is nothing to go back to. */
export class NoPreviousVersionError extends Error {
  readonly code = 'NO_PREVIOUS'
  constructor(readonly projection: string) {
    super(`there is no previous version of ${projection} to go back to; one is kept from each rebuild to the next`)
    this.name = 'NoPreviousVersionError'
  }
}

/** The read model, or the version before it, was built by another version of the projection than this program has. */
export class OtherVersionError extends Error {
  readonly code = 'OTHER_VERSION'
  constructor(readonly projection: string, readonly version: number, readonly found: number, sentence: string) {
    super(sentence)
    this.name = 'OtherVersionError'
  }
}

/** Two rebuilds of one read model at a time would take each other's place. */
export class RebuildRunningError extends Error {
  readonly code = 'REBUILD_RUNNING'
  constructor(readonly projection: string, holder: string | undefined) {
    super(`${projection} is being rebuilt by another process${holder === undefined ? '' : ` (${holder})`}; wait until it is done, or a few seconds where it was killed`)
    this.name = 'RebuildRunningError'
  }
}

/** Readers never let go of the tables for the moment that a switch needs. */
export class SwitchBlockedError extends Error {
  readonly code = 'SWITCH_BLOCKED'
  constructor(readonly projection: string, seconds: number) {
    super(`the new version of ${projection} could not take its place within ${seconds} s, because a long query holds the live tables; end it (see pg_stat_activity) and rebuild again`)
    this.name = 'SwitchBlockedError'
  }
}

/** What a store says when an error may pass (`transient`), comes from the event (`data`), or neither (`other`). */
export type FailureKind = 'transient' | 'data' | 'other'
