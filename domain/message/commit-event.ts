/** The commit notice the network signs for detectors (control.commits.v1). The anomaly ids are covered. */
import { CommitEvent } from '../../proto/messages.js'
import { bytesToHex, hexToBytes } from '../bytes.js'
import { asHeight, isUuid, type AnomalyId, type BlockHash, type Height, type StateRoot } from '../ids.js'
import { controlForm, type ControlCheck, type ControlMessage } from './control-message.js'
import { exactly, FieldError, HASH_BYTES, natural, seconds } from './wire.js'

export type CommitDraft = {
  readonly height: Height
  readonly blockHash: BlockHash
  readonly stateRoot: StateRoot
  readonly txCount: number
  readonly anomalyCount: number
  readonly evidenceCount: number
  readonly policyCount: number
  /** Block time, unix seconds. */
  readonly timestampSeconds: number
  readonly anomalyIds: readonly AnomalyId[]
}

export type CommitMessage = ControlMessage<CommitDraft>
export type CommitCheck = ControlCheck<CommitDraft>

/** The largest block, so no notice is longer. */
const MAX_ANOMALY_IDS = 500

const form = controlForm({
  topic: 'control.commits.v1',
  codec: CommitEvent,
  fieldsOf: (draft: CommitDraft) => ({
    height: draft.height,
    blockHash: hexToBytes(draft.blockHash),
    stateRoot: hexToBytes(draft.stateRoot),
    txCount: draft.txCount,
    anomalyCount: draft.anomalyCount,
    evidenceCount: draft.evidenceCount,
    policyCount: draft.policyCount,
    timestamp: draft.timestampSeconds,
    anomalyIds: [...draft.anomalyIds],
  }),
  read(wire: CommitEvent): CommitDraft {
    if (wire.anomalyIds.length > MAX_ANOMALY_IDS) throw new FieldError('anomaly_ids', `more than ${MAX_ANOMALY_IDS} ids`)
    return {
      height: asHeight(natural('height', wire.height)),
      blockHash: bytesToHex(exactly('block_hash', wire.blockHash, HASH_BYTES)) as BlockHash,
      stateRoot: bytesToHex(exactly('state_root', wire.stateRoot, HASH_BYTES)) as StateRoot,
      txCount: wire.txCount,
      anomalyCount: wire.anomalyCount,
      evidenceCount: wire.evidenceCount,
      policyCount: wire.policyCount,
      timestampSeconds: seconds('timestamp', wire.timestamp),
      anomalyIds: wire.anomalyIds.map((id) => {
        if (!isUuid(id)) throw new FieldError('anomaly_ids', 'must be lowercase UUIDs')
        return id
      }),
    }
  },
})

export const { encode: encodeCommitEvent, decode: decodeCommitEvent, signBytes: commitSignBytes, sign: signCommitEvent, verify: verifyCommitEvent } = form
