/**
 * What a projection is to the runtime: something with a position that applies the next entries of the log and moves
 * its position in the same transaction. It never sees an entry twice and never skips one.
 */
import type { Position } from '../../domain/ids.js'
import type { RecordedEvent } from '../../eventlog/log.js'

export type Checkpoint = {
  /** Number of log entries applied: the position of the next one. */
  readonly position: Position
  /** Id of the last entry applied; undefined at the start and where that entry could not be read. */
  readonly lastEventId: string | undefined
  /** When that entry happened, UTC milliseconds. */
  readonly lastEventAt: number | undefined
}

export type BatchEntry =
  | { readonly kind: 'event'; readonly position: Position; readonly bytes: Uint8Array; readonly recorded: RecordedEvent }
  | { readonly kind: 'unreadable'; readonly position: Position; readonly bytes: Uint8Array; readonly error: string }

export type DeadLetter = {
  readonly position: Position
  readonly eventId: string | undefined
  readonly eventType: string | undefined
  readonly error: string
  /** How often it was tried, where the store counts: once live, and once for each redrive that met it again. */
  readonly attempts?: number
  /** UTC milliseconds, where the store keeps them. */
  readonly firstAt?: number
  readonly lastAt?: number
}

/** The version of a read model that readers see, and where it stands. */
export type LiveVersion = { readonly version: number; readonly checkpoint: Checkpoint }

export type ProjectionBatch = {
  /** Where the projection must stand before. */
  readonly from: Position
  readonly next: Checkpoint
  /** In log order. Those that `deadLetters` names are left out. */
  readonly entries: readonly BatchEntry[]
  readonly deadLetters: readonly DeadLetter[]
}

export type Projection = {
  readonly name: string
  readonly version: number
  /** True for a projection that only needs the bytes, so that an entry nobody can decode is no dead letter for it. */
  readonly takesUnreadable: boolean
  checkpoint(): Promise<Checkpoint>
  /**
   * Effects, dead letters and checkpoint in one transaction. Throws CheckpointConflictError where the stored position
   * is not `batch.from`.
   */
  apply(batch: ProjectionBatch): Promise<void>
  deadLetters(): Promise<readonly DeadLetter[]>
  /** Asked while there is nothing to apply. Throws ReadModelLostError where the store lost what was written. */
  verify?(): Promise<void>
  /** Called after ReadModelLostError: makes what is missing, so that the projection can go on from its checkpoint. */
  recover?(): Promise<void>
  /** What readers see; undefined where nothing was built yet. Absent: the version of this projection. */
  live?(): Promise<LiveVersion | undefined>
  /** The same projection, which writes only while the lease of its name has this token. Throws LeaseLostError. */
  fenced?(token: number): Projection
  /** A redrive met these events again: their dead letters tell one attempt more. */
  countAttempt?(positions: readonly Position[], error: string): Promise<void>
  /** Removes what a rebuild that was killed has left. Throws RebuildRunningError while one runs. */
  removeLeftovers?(): Promise<void>
  /** Empties the read model and goes back to position 0. */
  reset(): Promise<void>
  /** Begins a second version of the read model beside the live one. */
  beginRebuild(): Promise<Rebuild>
  /** The version before the last switch, to be brought to the live position and switched to. Throws NO_PREVIOUS. */
  beginRollBack(): Promise<Rebuild>
}

/** Where two versions at one position are not the same. */
export type TableDifference = {
  readonly table: string
  readonly onlyLive: number
  readonly onlyRebuilt: number
  /** Rows that both have, with other values. */
  readonly differing: number
  /** The first few, by key. */
  readonly examples: readonly RowDifference[]
}

export type RowDifference = {
  readonly key: string
  readonly kind: 'only-live' | 'only-rebuilt' | 'differing'
  /** Column, value in the live version, value in the new one. */
  readonly columns: readonly { readonly name: string; readonly live: unknown; readonly rebuilt: unknown }[]
}

export type SwitchResult = {
  readonly position: Position
  readonly isEqual: boolean
  /** Empty where they are equal. */
  readonly differences: readonly TableDifference[]
  /** The version that was live before. */
  readonly replaced: number
  /** How long the live version could not move on. */
  readonly heldMs: number
  /** How long readers may have waited. */
  readonly switchMs: number
}

/** A new version that nobody reads yet. */
export type Rebuild = {
  /** Fills the new version, from position 0. */
  readonly projection: Projection
  /**
   * Puts the new version in the place of the live one in one step, at the live position, and says whether the two were
   * equal there. `catchUp` is asked to bring the new version to a position; the live one stands still meanwhile, or is
   * found moved, and then it is asked again.
   */
  switchOver(catchUp: (to: Position) => Promise<void>): Promise<SwitchResult>
  /**
   * Where the live version is not what its events say, at the position it stands at; nothing is switched. Undefined where
   * parts of it stand at different positions, as a crash leaves them. The live version must stand still.
   */
  compare(catchUp: (to: Position) => Promise<void>): Promise<readonly TableDifference[] | undefined>
  /** Removes what is left of the new version. */
  end(): Promise<void>
}

export const START: Checkpoint = { position: 0 as Position, lastEventId: undefined, lastEventAt: undefined }

/** Time of an event as all its kinds carry it. */
export const timeOf = ({ event }: RecordedEvent): number => event.data.at
