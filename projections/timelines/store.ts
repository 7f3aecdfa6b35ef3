/**
 * The timeline store port: sorted sets and hashes with the predecessor's keys, and the checkpoint beside them. An
 * update is atomic with its checkpoint; Redis and the embedded store keep the same content.
 */
import type { Checkpoint, DeadLetter, TableDifference } from '../runtime/projection.js'
import type { Position } from '../../domain/ids.js'

export type HashFields = Readonly<Record<string, string>>

/** A member of a sorted set with its score; writing a member again moves it. */
export type ScoredMember = { readonly member: string; readonly score: number }

export type TimelineUpdate = {
  readonly name: string
  readonly version: number
  /** The stored position must be this, else CheckpointConflictError. */
  readonly from: Position
  readonly next: Checkpoint
  /** Sorted-set key -> members to write. */
  readonly scores: ReadonlyMap<string, readonly ScoredMember[]>
  /** Hash key -> fields to set; others stay. */
  readonly hashes: ReadonlyMap<string, HashFields>
  readonly deadLetters: readonly DeadLetter[]
}

export type ScoreRange = {
  /** Inclusive; unbounded when absent. */
  readonly min?: number
  readonly max?: number
  readonly limit?: number
  /** Highest score first. */
  readonly reverse?: boolean
}

export type TimelineStore = {
  apply(update: TimelineUpdate): Promise<void>
  checkpoint(name: string, version: number): Promise<Checkpoint>
  deadLetters(name: string, version: number): Promise<readonly DeadLetter[]>
  /** Positions that an update must not reach across: parts of the store stand there already, after a crash. */
  stops?(name: string, version: number): Promise<readonly Position[]>
  /** Throws ReadModelLostError where what this handle has written is no longer there. */
  verify?(name: string, version: number): Promise<void>
  /** Number of members of a sorted set. */
  zcard(key: string): Promise<number>
  /** Members by score; ties by member. */
  zrangeByScore(key: string, range?: ScoreRange): Promise<readonly ScoredMember[]>
  /** All fields of a hash; undefined where there is none. */
  hgetall(key: string): Promise<HashFields | undefined>
  /** Empties everything. */
  reset(): Promise<void>
  /** Makes an empty store beside this one. */
  beginRebuild(): Promise<TimelineRebuild>
  /** The content before the last switch, to be brought up to date and switched to. Throws NO_PREVIOUS. */
  beginRollBack(): Promise<TimelineRebuild>
  /** Removes what a rebuild that was killed has left. Throws REBUILD_RUNNING while one runs. */
  removeLeftovers?(): Promise<void>
  close(): Promise<void>
}

export type TimelineRebuild = {
  /** The new content; nobody reads it yet. */
  readonly store: TimelineStore
  /** Puts the new content in the place of the live one in one step; `moved` and nothing done where their positions differ. */
  replaceLive(name: string, version: number): Promise<'equal' | 'different' | 'moved'>
  /** Where the two are not the same; nothing is replaced. Undefined where not all of the live content is at the position of the new one. */
  compare(name: string, version: number): Promise<readonly TableDifference[] | undefined>
  /** Of the last replaceLive. */
  differences(): readonly TableDifference[]
  /** Of the last replaceLive, how long readers may have waited; absent: as long as all of it took. */
  switchMs?(): number
  /** Removes what is left of the new store. */
  end(): Promise<void>
}
