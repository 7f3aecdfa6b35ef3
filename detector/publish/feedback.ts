/**
 * What became of the own anomalies, heard from control.commits.v1. Each notice must be signed by a key that genesis
 * lets speak for the network; a stranger's is counted by its reason and otherwise ignored. A notice that comes twice
 * counts once.
 */
import { bytesToHex } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import type { Genesis } from '../../domain/genesis.js'
import type { AnomalyId, Height } from '../../domain/ids.js'
import { verifyCommitEvent, type CommitMessage } from '../../domain/message/commit-event.js'
import { nextOffsets } from '../../ingest/transport/next-offsets.js'
import { TOPICS, type Transport } from '../../ingest/transport/transport.js'

export type FeedbackCounters = {
  readonly notices: number
  /** Notices of a height heard before with the same block. */
  readonly repeated: number
  /** Notices of a height heard before with another block: someone signs two truths. */
  readonly contradicting: number
  readonly ownCommitted: number
  readonly refused: Readonly<Record<string, number>>
}

export type CommitFeedback = {
  /** Remembers an anomaly of this detector, to recognise it in a notice. */
  expect(anomalyId: AnomalyId): void
  counters(): FeedbackCounters
  /** Runs until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

export type CommitFeedbackOptions = {
  readonly transport: Pick<Transport, 'consume'>
  readonly group: string
  readonly genesis: Genesis
  readonly verify: VerifySignature
  readonly onCommitted?: (anomalyId: AnomalyId, notice: CommitMessage) => void
  /** Most own anomalies remembered at once; the oldest are forgotten. */
  readonly maxExpected?: number
}

const REMEMBERED_HEIGHTS = 10_000

export function createCommitFeedback(options: CommitFeedbackOptions): CommitFeedback {
  const allowedKeys = new Set(options.genesis.recorders.map(({ publicKey }) => publicKey))
  const maxExpected = options.maxExpected ?? 100_000
  const expected = new Set<AnomalyId>()
  const blocks = new Map<Height, string>()
  const refused = new Map<string, number>()
  const counters = { notices: 0, repeated: 0, contradicting: 0, ownCommitted: 0 }

  function hear(bytes: Uint8Array, key: Uint8Array): void {
    const check = verifyCommitEvent(bytes, allowedKeys, options.verify)
    if (!check.ok) return refuse(`${check.code}/${check.field}`)
    const { message } = check
    if (bytesToHex(key) !== message.height.toString(16).padStart(16, '0')) return refuse('MALFORMED/key')
    const known = blocks.get(message.height)
    if (known !== undefined) {
      counters[known === message.blockHash ? 'repeated' : 'contradicting'] += 1
      return
    }
    blocks.set(message.height, message.blockHash)
    forgetOldest(blocks, REMEMBERED_HEIGHTS)
    counters.notices += 1
    for (const id of message.anomalyIds) {
      if (!expected.delete(id)) continue
      counters.ownCommitted += 1
      options.onCommitted?.(id, message)
    }
  }

  const refuse = (reason: string): void => void refused.set(reason, (refused.get(reason) ?? 0) + 1)

  return {
    expect(anomalyId) {
      expected.add(anomalyId)
      forgetOldest(expected, maxExpected)
    },
    counters: () => ({ ...counters, refused: Object.fromEntries(refused) }),
    async run(signal) {
      const consumer = await options.transport.consume({ topics: [TOPICS.commits.name], group: options.group })
      try {
        for await (const batch of consumer.batches(signal)) {
          for (const { value, key } of batch) hear(value, key)
          await consumer.commit(nextOffsets(batch))
        }
      } finally {
        await consumer.close()
      }
    },
  }
}

function forgetOldest<K>(entries: { readonly size: number; keys(): Iterator<K>; delete(key: K): boolean }, limit: number): void {
  while (entries.size > limit) entries.delete(entries.keys().next().value as K)
}
