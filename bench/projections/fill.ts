/** A projection from nothing to the end of the log, timed by decade of the log. */
import { asPosition } from '../../domain/ids.js'
import type { EventLog } from '../../eventlog/log.js'
import { runProjection, type Projection } from '../../projections/index.js'
import { createDecades, type DecadeCost } from '../decades.js'
import type { Cost } from '../stopwatch.js'

export type Filled = Cost & { readonly byDecade: readonly DecadeCost[]; /** 1 is flat. */ readonly growth: number | undefined }

/** Throws where the projection stopped early or could not apply an event. */
export async function fillByDecade(log: EventLog, projection: Projection, events: number): Promise<Filled> {
  const decades = createDecades(events)
  for (const { from, to } of decades.costs()) {
    await decades.at(from).time(() => runProjection({ log, projection, signal: new AbortController().signal, until: asPosition(to), poison: 'stop' }))
  }
  const { position } = await projection.checkpoint()
  if (position !== events) throw new Error(`${projection.name} stands at ${position} of ${events} events`)
  return decades.whole()
}
