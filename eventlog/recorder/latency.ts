/** A bounded memory of the newest latencies, for percentiles. */
export type LatencyWindow = {
  add(latencyMs: number): void
  percentiles(): { readonly p50: number; readonly p99: number; readonly samples: number } | undefined
}

export function createLatencyWindow(capacity = 4096): LatencyWindow {
  const samples: number[] = []
  let next = 0
  return {
    add(latencyMs) {
      samples[next] = latencyMs
      next = (next + 1) % capacity
    },
    percentiles() {
      if (samples.length === 0) return undefined
      const sorted = [...samples].sort((a, b) => a - b)
      // Nearest rank.
      const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] as number
      return { p50: at(0.5), p99: at(0.99), samples: sorted.length }
    },
  }
}
