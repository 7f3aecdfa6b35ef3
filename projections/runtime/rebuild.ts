/** Builds a read model again from position 0 beside the live one, compares the two, and switches in one step. */
import type { Position } from '../../domain/ids.js'
import type { EventLog } from '../../eventlog/log.js'
import type { Projection } from './projection.js'
import { runProjection, type ProjectionProgress } from './run.js'

export type RebuildProjection = {
  readonly log: EventLog
  readonly projection: Projection
  readonly signal: AbortSignal
  readonly onProgress?: (progress: ProjectionProgress) => void
}

export type RebuildResult = {
  readonly name: string
  /** Events applied: the live position, where the two versions were compared. */
  readonly events: number
  readonly seconds: number
  /** Whether the live version had exactly what its events say. */
  readonly equal: boolean
}

/**
 * Works while a projector runs the live version, and on a stopped data folder. Throws PoisonEventError at an event
 * that cannot be applied, and leaves the live version as it was then and on every other error.
 */
export async function rebuildProjection({ log, projection, signal, onProgress }: RebuildProjection): Promise<RebuildResult> {
  const startedAt = performance.now()
  const rebuild = await projection.beginRebuild()
  const run = async (until: Position): Promise<void> => {
    await runProjection({ log, projection: rebuild.projection, signal, until, poison: 'stop', ...(onProgress === undefined ? {} : { onProgress }) })
    signal.throwIfAborted()
  }
  try {
    // Most of the way while the live version moves on; the rest while it stands still.
    await run((await projection.checkpoint()).position)
    const { position, isEqual } = await rebuild.switchOver(run)
    return { name: projection.name, events: position, seconds: (performance.now() - startedAt) / 1000, equal: isEqual }
  } finally {
    await rebuild.end()
  }
}
