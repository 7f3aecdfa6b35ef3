/** The wire codecs, typed. The generated module carries no types of its own; 64-bit integers decode as Long. */
import { cybermesh } from './gen/messages.js'
import type { cybermesh as Types } from './gen/types.js'

const root = cybermesh as unknown as typeof Types

export const { AnomalyEvent, EvidenceEvent, PolicyEvent, ChainOfCustodyEntry } = root.ai.v1
export const { CommitEvent, ReputationEvent, PolicyUpdateEvent, EvidenceRequestEvent } = root.control.v1

export type AnomalyEvent = Types.ai.v1.AnomalyEvent
export type EvidenceEvent = Types.ai.v1.EvidenceEvent
export type PolicyEvent = Types.ai.v1.PolicyEvent
export type ChainOfCustodyEntry = Types.ai.v1.ChainOfCustodyEntry
export type CommitEvent = Types.control.v1.CommitEvent
export type CommitEventFields = Types.control.v1.CommitEvent.$Properties
export type ReputationEvent = Types.control.v1.ReputationEvent
export type PolicyUpdateEvent = Types.control.v1.PolicyUpdateEvent
export type EvidenceRequestEvent = Types.control.v1.EvidenceRequestEvent
