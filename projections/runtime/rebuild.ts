/** Builds a read model again from position 0 beside the live one, compares the two, and switches in one step. */
import { asPosition, type Position } from '../../domain/ids.js'
import type { EventLog } from '../../eventlog/log.js'
import type { Projection, Rebuild, TableDifference } from './projection.js'
import { runProjection, type ProjectionProgress } from './run.js'

export type RebuildProjection = {
  readonly log: EventLog
  readonly projection: Projection
  readonly signal: AbortSignal
  readonly onProgress?: (progress: ProjectionProgress) => void
  /** Positions of events that may still fail: they become dead letters again. Any other that fails stops the rebuild. */
  readonly mayFail?: ReadonlySet<Position>
}

export type RebuildResult = {
  readonly name: string
  /** Events applied: the live position, where the new version took its place. */
  readonly events: number
  readonly seconds: number
  /** Whether the live version had exactly what its events say. Of another version: not compared, false. */
  readonly equal: boolean
  /** The version that was live before, and the one that is now. */
  readonly replaced: number
  readonly version: number
  /** Where the two were not the same; empty where they were. */
  readonly differences: readonly TableDifference[]
  /** How long the live version could not move on, and how long readers may have waited. */
  readonly heldMs: number
  readonly switchMs: number
}

/**
 * Works while a projector runs the live version, and on a stopped data folder. Throws PoisonEventError at an event
 * that cannot be applied, and leaves the live version as it was then and on every other error.
 */
export async function rebuildProjection(options: RebuildProjection): Promise<RebuildResult> {
  return replaceLive(options, () => options.projection.beginRebuild())
}

/**
 * Brings the version before the last switch forward from where it stood to the live position, and switches to it.
 * Throws NoPreviousVersionError, and OtherVersionError where this program cannot bring it forward.
 */
export async function rollBackProjection(options: RebuildProjection): Promise<RebuildResult> {
  const deadLetters = await options.projection.deadLetters()
  return replaceLive({ mayFail: new Set(deadLetters.map(({ position }) => position)), ...options }, () => options.projection.beginRollBack())
}

export type ComparedProjection = {
  /** Of the live version. */
  readonly position: Position
  /** Undefined where parts of the live version stand at different positions; empty where the live version has exactly what its events say. */
  readonly differences: readonly TableDifference[] | undefined
}

/** Builds a read model again beside the live one and compares the two; readers keep what they have. For a stopped system. */
export async function compareProjection({ log, projection, signal, onProgress }: RebuildProjection): Promise<ComparedProjection> {
  const mayFail = new Set((await projection.deadLetters()).map(({ position }) => position))
  const rebuild = await projection.beginRebuild()
  try {
    const differences = await rebuild.compare(async (until) => {
      await runProjection({ log, projection: rebuild.projection, signal, until, poison: 'stop', mayFail, ...(onProgress === undefined ? {} : { onProgress }) })
      signal.throwIfAborted()
    })
    return { position: await livePosition(projection), differences }
  } finally {
    await rebuild.end()
  }
}

async function replaceLive({ log, projection, signal, onProgress, mayFail }: RebuildProjection, begin: () => Promise<Rebuild>): Promise<RebuildResult> {
  const startedAt = performance.now()
  signal.throwIfAborted()
  const rebuild = await begin()
  const run = async (until: Position): Promise<void> => {
    await runProjection({
      log, projection: rebuild.projection, signal, until, poison: 'stop',
      ...(mayFail === undefined ? {} : { mayFail }), ...(onProgress === undefined ? {} : { onProgress }),
    })
    signal.throwIfAborted()
  }
  try {
    // Most of the way while the live version moves on; the rest while it stands still.
    await run(await livePosition(projection))
    const { position, isEqual, ...more } = await rebuild.switchOver(run)
    return {
      name: projection.name, version: projection.version, events: position, seconds: (performance.now() - startedAt) / 1000, equal: isEqual,
      ...more, heldMs: Math.round(more.heldMs), switchMs: Math.round(more.switchMs),
    }
  } finally {
    await rebuild.end()
  }
}

async function livePosition(projection: Projection): Promise<Position> {
  if (projection.live === undefined) return (await projection.checkpoint()).position
  return (await projection.live())?.checkpoint.position ?? asPosition(0)
}
