/** Collects timeouts into timeout certificates. One timeout a validator and view counts; the first one stays. */
import type { QuorumCertificate, Timeout, TimeoutCertificate } from '../../domain/certificate.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import type { ValidatorId, View } from '../../domain/ids.js'
import { faultTolerance } from '../../domain/quorum.js'

export type TimeoutOutcome =
  | { readonly kind: 'counted' }
  /** f+1 validators gave up, so at least one honest one did: joining them cannot be a trick. */
  | { readonly kind: 'join' }
  | { readonly kind: 'certified'; readonly tc: TimeoutCertificate }

export type TimeoutPool = {
  /** Adds a timeout whose signature and certificates were verified. */
  add(timeout: Timeout): TimeoutOutcome
  /** Whether f+1 validators, so at least one honest one, have given up `view`. */
  isJoined(view: View): boolean
  /** The timeout of the highest view that was ever added of this validator, also when its view is forgotten. */
  newestOf(sender: ValidatorId): Timeout | undefined
  prune(view: View): void
  readonly size: number
}

export function createTimeoutPool(set: ValidatorSet): TimeoutPool {
  const views = new Map<View, Map<ValidatorId, Timeout>>()
  const newest = new Map<ValidatorId, Timeout>()
  const joinSize = faultTolerance(set.validators.length) + 1

  return {
    add(timeout) {
      if (timeout.view > (newest.get(timeout.sender)?.view ?? 0)) newest.set(timeout.sender, timeout)
      const timeouts = views.get(timeout.view) ?? new Map<ValidatorId, Timeout>()
      views.set(timeout.view, timeouts)
      if (timeouts.has(timeout.sender)) return { kind: 'counted' }
      timeouts.set(timeout.sender, timeout)
      if (timeouts.size === set.quorum) return { kind: 'certified', tc: assembleTc(set, [...timeouts.values()]) }
      return timeouts.size === joinSize ? { kind: 'join' } : { kind: 'counted' }
    },
    isJoined: (view) => (views.get(view)?.size ?? 0) >= joinSize,
    newestOf: (sender) => newest.get(sender),
    prune(view) {
      for (const known of views.keys()) if (known < view) views.delete(known)
    },
    get size() {
      return views.size
    },
  }
}

function assembleTc(set: ValidatorSet, timeouts: readonly Timeout[]): TimeoutCertificate {
  const first = timeouts[0] as Timeout
  const highQc = timeouts.reduce<QuorumCertificate>((best, { highQc: qc }) => (qc.data.view > best.data.view ? qc : best), first.highQc)
  const signatures = timeouts
    .map(({ sender, signature, highQcView }) => ({ index: (set.byId(sender) as { index: number }).index, signature, highQcView }))
    .sort((a, b) => a.index - b.index)
  return { epoch: first.epoch, view: first.view, highQc, signatures }
}
