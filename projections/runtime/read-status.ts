/** Where each projection stands and how far behind the log it is, read by any process beside the one that runs it. */
import { START, type Projection } from './projection.js'
import type { ProjectionProgress } from './run.js'

/** Of the version that readers see. */
export function readProjectionStatus(projections: readonly Projection[], logLength: number): Promise<ProjectionProgress[]> {
  return Promise.all(projections.map(async (projection) => {
    const live = projection.live === undefined
      ? { version: projection.version, checkpoint: await projection.checkpoint() }
      : await projection.live() ?? { version: projection.version, checkpoint: START }
    const { version, checkpoint: { position, lastEventAt } } = live
    const lagEvents = Math.max(0, logLength - position)
    return { name: projection.name, version, position, lagEvents, lagMs: lagEvents === 0 || lastEventAt === undefined ? 0 : Math.max(0, Date.now() - lastEventAt) }
  }))
}
