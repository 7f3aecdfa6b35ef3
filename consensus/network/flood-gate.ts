/** How much one peer may send: a bucket of messages and one of bytes for each channel, refilled with time. */

export const CHANNELS = ['votes', 'timeouts', 'proposals', 'requests', 'gossip'] as const
export type Channel = (typeof CHANNELS)[number]

type Budget = { readonly perSecond: number; readonly burst: number; readonly bytesPerSecond: number; readonly burstBytes: number }

const MB = 1024 * 1024

/**
 * Several times what five validators at full speed on one machine send each other (a vote a view, some hundred views a
 * second), and room for a whole send queue at once, since a peer that was slow delivers all it held.
 */
export const BUDGETS: Readonly<Record<Channel, Budget>> = {
  votes: { perSecond: 2000, burst: 8000, bytesPerSecond: 2 * MB, burstBytes: 8 * MB },
  timeouts: { perSecond: 500, burst: 4000, bytesPerSecond: 4 * MB, burstBytes: 16 * MB },
  proposals: { perSecond: 1000, burst: 2000, bytesPerSecond: 64 * MB, burstBytes: 128 * MB },
  requests: { perSecond: 500, burst: 1000, bytesPerSecond: 4 * MB, burstBytes: 16 * MB },
  gossip: { perSecond: 2000, burst: 8000, bytesPerSecond: 32 * MB, burstBytes: 128 * MB },
}

export type FloodGate = {
  /** Whether a message of this size is within what the channel may carry now; if so it is counted. */
  passes(channel: Channel, sizeBytes: number, nowMs: number): boolean
}

export function createFloodGate(nowMs: number): FloodGate {
  const levels = new Map(CHANNELS.map((channel) => [channel, { messages: BUDGETS[channel].burst, bytes: BUDGETS[channel].burstBytes, at: nowMs }]))
  return {
    passes(channel, sizeBytes, now) {
      const budget = BUDGETS[channel]
      const level = levels.get(channel) as { messages: number; bytes: number; at: number }
      const seconds = Math.max(0, now - level.at) / 1000
      level.messages = Math.min(budget.burst, level.messages + seconds * budget.perSecond)
      level.bytes = Math.min(budget.burstBytes, level.bytes + seconds * budget.bytesPerSecond)
      level.at = now
      if (level.messages < 1 || level.bytes < sizeBytes) return false
      level.messages -= 1
      level.bytes -= sizeBytes
      return true
    },
  }
}
