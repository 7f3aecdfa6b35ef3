/**
 * Applies dead letters after what stopped them was mended. A fold depends on order: an event applied now, after those
 * that followed it, gives another read model than the log says. So a redrive is a rebuild up to the live position in
 * which the events in question must not fail again, and a switch; dead letters that were not asked for may stay.
 */
import type { Position } from '../../domain/ids.js'
import { PoisonEventError } from './errors.js'
import { rebuildProjection, type RebuildProjection, type RebuildResult } from './rebuild.js'

export type RedriveDeadLetters = Omit<RebuildProjection, 'mayFail'> & {
  /** All of them where absent. */
  readonly positions?: readonly Position[]
}

export type RedriveResult = RebuildResult & {
  readonly redriven: readonly Position[]
  /** Dead letters that are there still. */
  readonly left: readonly Position[]
}

export class NoDeadLetterError extends Error {
  readonly code = 'NO_DEAD_LETTER'
  constructor(readonly projection: string, readonly position: number, known: readonly number[]) {
    super(`${projection} has no dead letter at position ${position}; ${known.length === 0 ? 'it has none' : `its dead letters are at ${known.slice(0, 10).join(', ')}`}`)
    this.name = 'NoDeadLetterError'
  }
}

/** Undefined where there is nothing to redrive. Throws PoisonEventError, with one attempt more counted, where an event fails again. */
export async function redriveDeadLetters({ positions, ...options }: RedriveDeadLetters): Promise<RedriveResult | undefined> {
  const { projection } = options
  const known = (await projection.deadLetters()).map(({ position }) => position)
  const unknown = positions?.find((position) => !known.includes(position))
  if (unknown !== undefined) throw new NoDeadLetterError(projection.name, unknown, known)
  const asked = positions ?? known
  if (asked.length === 0) return undefined
  try {
    const result = await rebuildProjection({ ...options, mayFail: new Set(known.filter((position) => !asked.includes(position))) })
    return { ...result, redriven: asked, left: (await projection.deadLetters()).map(({ position }) => position) }
  } catch (error) {
    if (error instanceof PoisonEventError) await projection.countAttempt?.([error.position as Position], error.message)
    throw error
  }
}
