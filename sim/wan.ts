/**
 * What consensus costs between continents: commit latency in virtual time and messages a commit, for growing networks.
 * Nothing but the speed of the wire counts here: computing and disks take no time.
 */
import { encodeMessage } from '../consensus/core/messages.js'
import { createWorld } from './world/create-world.js'

/** One-way milliseconds between regions: about half of the round trips that cloud providers publish for such pairs. */
export const REGIONS = ['us-east', 'us-west', 'brazil', 'ireland', 'frankfurt', 'mumbai', 'singapore', 'tokyo', 'sydney', 'cape-town'] as const
const ONE_WAY_MS: readonly (readonly number[])[] = [
  [1, 32, 57, 34, 44, 96, 108, 73, 99, 113],
  [32, 1, 86, 64, 73, 111, 82, 49, 70, 143],
  [57, 86, 1, 89, 101, 152, 163, 128, 156, 170],
  [34, 64, 89, 1, 12, 61, 88, 101, 128, 80],
  [44, 73, 101, 12, 1, 56, 80, 112, 144, 77],
  [96, 111, 152, 61, 56, 1, 28, 62, 76, 136],
  [108, 82, 163, 88, 80, 28, 1, 35, 46, 158],
  [73, 49, 128, 101, 112, 62, 35, 1, 52, 177],
  [99, 70, 156, 128, 144, 76, 46, 52, 1, 205],
  [113, 143, 170, 80, 77, 136, 158, 177, 205, 1],
]

/** Validators are dealt to the regions in turn. */
export const latencyOf = (from: number, to: number): number =>
  (ONE_WAY_MS[from % REGIONS.length] as readonly number[])[to % REGIONS.length] as number

export type WanRow = {
  readonly n: number
  readonly commitMs: { readonly p50: number; readonly p99: number }
  readonly messagesPerCommit: number
  readonly bytesPerCommit: number
  readonly viewChanges: number
}

export const WAN_SIZES: readonly number[] = [4, 7, 10, 20, 50, 100]
const WAN_TIMEOUT_MS = 2000

/** @param commits how many transactions are sent, one after the other, each in its own block */
export function runWan(n: number, commits = n > 20 ? 6 : 30): WanRow {
  const world = createWorld({ n, seed: 1, latency: latencyOf, baseTimeoutMs: WAN_TIMEOUT_MS })
  world.run(1000)
  let bytes = 0
  world.filter = (_from, _to, message) => {
    bytes += sizeOf(message)
    return true
  }
  const messagesBefore = world.counts.messages
  const latencies: number[] = []
  for (let k = 1; k <= commits; k++) {
    const start = world.now()
    world.submitTx(k)
    const done = new Set<number>()
    world.runUntil(() => {
      for (const node of world.nodes) {
        if (done.has(node.position) || !hasCommitted(node.committed, world.tx(k).id)) continue
        done.add(node.position)
        latencies.push(world.now() - start)
      }
      return done.size === n
    }, 60_000)
    world.runUntil(world.isIdle, 60_000)
  }
  if (world.violations.length > 0) throw new Error(`the wide area run broke a promise: ${JSON.stringify(world.violations[0])}`)
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return {
    n, commitMs: { p50: at(0.5), p99: at(0.99) },
    messagesPerCommit: Math.round((world.counts.messages - messagesBefore) / commits),
    bytesPerCommit: Math.round(bytes / commits),
    viewChanges: world.counts.viewChanges,
  }
}

const hasCommitted = (committed: readonly { readonly block: { readonly transactions: readonly { readonly id: string }[] } }[], id: string): boolean =>
  committed.slice(-3).some(({ block }) => block.transactions.some((tx) => tx.id === id))

/** One message object goes to many: it is measured once. */
const sizes = new WeakMap<object, number>()

function sizeOf(message: Parameters<typeof encodeMessage>[0]): number {
  const known = sizes.get(message)
  if (known !== undefined) return known
  const size = encodeMessage(message).length
  sizes.set(message, size)
  return size
}
