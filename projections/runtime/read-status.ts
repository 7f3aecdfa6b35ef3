/** Where each projection stands and how far behind the log it is, read by any process beside the one that runs it. */
import type { Projection } from './projection.js'
import type { ProjectionProgress } from './run.js'

export function readProjectionStatus(projections: readonly Projection[], logLength: number): Promise<ProjectionProgress[]> {
  return Promise.all(projections.map(async ({ name, version, checkpoint }) => {
    const { position, lastEventAt } = await checkpoint()
    const lagEvents = Math.max(0, logLength - position)
    return { name, version, position, lagEvents, lagMs: lagEvents === 0 || lastEventAt === undefined ? 0 : Math.max(0, Date.now() - lastEventAt) }
  }))
}
