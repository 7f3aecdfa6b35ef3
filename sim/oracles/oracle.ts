/** An oracle watches every node after every event and says when a promise was broken. It never changes anything. */
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { CommittedBlock } from '../../consensus/core/protocol.js'
import type { SafetyRecord } from '../../consensus/core/safety-rules.js'
import type { SimNode, ViolationKind } from '../types.js'

export type Violate = (kind: ViolationKind, detail: string) => void

/** All are told of honest nodes only, but for `onAnySend`. */
export type Oracle = {
  /** A node was started; its core has recovered but done nothing yet. */
  readonly onStart?: (node: SimNode) => void
  /** A safety record has become durable. */
  readonly onPersist?: (node: SimNode, record: SafetyRecord) => void
  /** A message is about to leave; told once however many receive it. */
  readonly onSend?: (node: SimNode, message: PeerMessage) => void
  readonly onCommit?: (node: SimNode, blocks: readonly CommittedBlock[]) => void
  /** The effects of one event were carried out. */
  readonly onStep?: (node: SimNode) => void
}
