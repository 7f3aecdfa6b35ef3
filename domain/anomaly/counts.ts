/** Where anomalies stand. Always and exactly: published = committed + rejected + timeout + expired + inFlight. */
export type LifecycleCounts = {
  /** Ever published. */
  readonly published: number
  /** Ever admitted, whatever became of them. */
  readonly admitted: number
  readonly committed: number
  readonly rejected: number
  readonly timeout: number
  readonly expired: number
  /** Published or admitted, and not settled yet. */
  readonly inFlight: number
}

export const isBalanced = ({ published, committed, rejected, timeout, expired, inFlight }: LifecycleCounts): boolean =>
  published === committed + rejected + timeout + expired + inFlight
