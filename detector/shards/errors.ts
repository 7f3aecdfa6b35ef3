/** A thread of the detector that failed: the run ends with it, since what it had counted is lost. */
export class ShardError extends Error {
  readonly code = 'WORKER_FAILED'

  constructor(readonly worker: number, reason: string, options?: ErrorOptions) {
    super(`workers: thread ${worker} of the detector failed (${reason}); start again, with workers 1 if it fails again`, options)
    this.name = 'ShardError'
  }
}
