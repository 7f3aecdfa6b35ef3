/**
 * What the network tells this detector: reads the control topics, believes only what is signed by a key of genesis (and,
 * of commits and policies, what a quorum's certificate proves), follows its own anomalies and the policies in force.
 * What must outlive the process is on disk before a record counts as read.
 */
import type { VerifySignature } from '../../domain/crypto.js'
import type { Genesis } from '../../domain/genesis.js'
import type { AnomalyId, ProducerId, TxId } from '../../domain/ids.js'
import { nextOffsets } from '../../ingest/transport/next-offsets.js'
import { TOPICS, type Transport, type TransportRecord } from '../../ingest/transport/transport.js'
import type { DetectorRules } from '../policy/detector-rules.js'
import { createCommitHearing, type CommitCounters } from './hear-commits.js'
import { createPolicyHearing, type PolicyCounters } from './hear-policies.js'
import { createReputationHearing, createValidationHearing, type ReputationCounters } from './hear-words.js'
import { createOwnAnomalies, type OwnAnomaliesOptions, type OwnCounters, type OwnState } from './own-anomalies.js'
import { memoryFeedbackStore, type FeedbackStore } from './store.js'
import type { TallyCounters } from './tally.js'

export type FeedbackStatus = CommitCounters & {
  /** The chain's height as far as this detector has heard it. */
  readonly height: number
  readonly own: OwnCounters
  readonly validations: TallyCounters
  readonly reputation: ReputationCounters
  readonly policies: PolicyCounters
}

export type DetectorFeedback = {
  /** Remembers an anomaly of this detector before it is sent, to recognise it later. */
  expect(anomalyId: AnomalyId, txId: TxId): void
  stateOf(anomalyId: AnomalyId): OwnState | undefined
  /** What the policies in force mean to this detector now. */
  rules(): DetectorRules
  status(): FeedbackStatus
  /** Runs until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

export type FeedbackOptions = {
  readonly transport: Pick<Transport, 'consume'>
  /** Name of the detector: the topics are read under it and the store's id. */
  readonly name: string
  readonly genesis: Genesis
  readonly verify: VerifySignature
  /** The detector's own key: whose standing is its own. */
  readonly producer?: ProducerId
  readonly store?: FeedbackStore
  /** False: commits and policies are believed for the recorder's signature alone. */
  readonly verifyCertificates?: boolean
  readonly clock: () => number
  readonly own?: OwnAnomaliesOptions
}

const HEARD = [TOPICS.commits.name, TOPICS.validations.name, TOPICS.reputation.name, TOPICS.policyUpdates.name]

export function createDetectorFeedback(options: FeedbackOptions): DetectorFeedback {
  const { transport, name, genesis, verify, clock, store = memoryFeedbackStore(), verifyCertificates = true } = options
  const allowedKeys = new Set(genesis.recorders.map(({ publicKey }) => publicKey))
  const trust = { allowedKeys, verify }
  const own = createOwnAnomalies(options.own)
  const commits = createCommitHearing({ ...trust, genesis, store, own, verifyCertificates })
  const policies = createPolicyHearing({ ...trust, store, verifyCertificates, height: commits.height() })
  const validations = createValidationHearing(trust, own)
  const reputation = createReputationHearing(trust, options.producer)

  function hear(record: TransportRecord, dirty: Map<string, unknown>): void {
    switch (record.topic) {
      case TOPICS.commits.name: {
        const news = commits.hear(record, dirty)
        if (news !== undefined) policies.follow(news.blocks, news.height, dirty)
        return
      }
      case TOPICS.policyUpdates.name: return policies.hear(record, commits.height(), dirty)
      case TOPICS.validations.name: return validations.hear(record)
      case TOPICS.reputation.name: return reputation.hear(record)
    }
  }

  return {
    expect: (anomalyId, txId) => own.published(anomalyId, txId, clock()),
    stateOf: (anomalyId) => own.stateOf(anomalyId),
    rules: () => policies.rules(),
    status() {
      own.sweep(clock())
      return { ...commits.counters(), height: commits.height(), own: own.counters(), validations: validations.counters(), reputation: reputation.counters(), policies: policies.counters() }
    },
    async run(signal) {
      const consumer = await transport.consume({ topics: HEARD, group: `detector-${name}-${store.id}` })
      try {
        for await (const batch of consumer.batches(signal)) {
          const dirty = new Map<string, unknown>()
          for (const record of batch) hear(record, dirty)
          if (dirty.size > 0) await store.save(dirty)
          await consumer.commit(nextOffsets(batch))
        }
      } finally {
        await consumer.close()
      }
    },
  }
}
