/** Events that a read model could not apply, as operators see them. */
import type { Projection } from '../projections/index.js'
import { badInput } from './errors.js'

/** A projection that fails that often needs a fix, not a longer list. */
const MOST_LETTERS = 200

export type DeadLetterView = {
  readonly projection: string
  readonly position: number
  readonly eventId: string | null
  readonly eventType: string | null
  readonly error: string
  readonly attempts: number | null
  readonly firstAt: Date | null
  readonly lastAt: Date | null
}

const timeOf = (millis: number | undefined): Date | null => (millis === undefined ? null : new Date(millis))

export async function listDeadLetters(projections: readonly Projection[], name: string | undefined): Promise<DeadLetterView[]> {
  const chosen = projections.filter((projection) => name === undefined || projection.name === name)
  if (chosen.length === 0) throw badInput('projection', `must be one of ${projections.map((projection) => projection.name).join(', ')}`)
  const letters = await Promise.all(chosen.map(async (projection) => (await projection.deadLetters()).slice(0, MOST_LETTERS)
    .map(({ position, eventId, eventType, error, attempts, firstAt, lastAt }) => ({
      projection: projection.name, position, eventId: eventId ?? null, eventType: eventType ?? null, error, attempts: attempts ?? null, firstAt: timeOf(firstAt), lastAt: timeOf(lastAt),
    }))))
  return letters.flat().sort((a, b) => b.position - a.position).slice(0, MOST_LETTERS)
}
