import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace cybermesh. */
export namespace cybermesh {

    /** Namespace ai. */
    namespace ai {

        /** Namespace v1. */
        namespace v1 {

            /**
             * Properties of an AnomalyEvent.
             * @deprecated Use cybermesh.ai.v1.AnomalyEvent.$Properties instead.
             */
            interface IAnomalyEvent extends cybermesh.ai.v1.AnomalyEvent.$Properties {
            }

            /** Represents an AnomalyEvent. */
            class AnomalyEvent {

                /**
                 * Constructs a new AnomalyEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: cybermesh.ai.v1.AnomalyEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** AnomalyEvent id. */
                id: string;

                /** AnomalyEvent type. */
                type: string;

                /** AnomalyEvent source. */
                source: string;

                /** AnomalyEvent severity. */
                severity: number;

                /** AnomalyEvent confidence. */
                confidence: number;

                /** AnomalyEvent ts. */
                ts: (number|Long);

                /** AnomalyEvent contentHash. */
                contentHash: Uint8Array;

                /** AnomalyEvent payload. */
                payload: Uint8Array;

                /** AnomalyEvent modelVersion. */
                modelVersion: string;

                /** AnomalyEvent producerId. */
                producerId: Uint8Array;

                /** AnomalyEvent nonce. */
                nonce: Uint8Array;

                /** AnomalyEvent signature. */
                signature: Uint8Array;

                /** AnomalyEvent pubkey. */
                pubkey: Uint8Array;

                /** AnomalyEvent alg. */
                alg: string;

                /**
                 * Encodes the specified AnomalyEvent message. Does not implicitly {@link cybermesh.ai.v1.AnomalyEvent.verify|verify} messages.
                 * @param message AnomalyEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: cybermesh.ai.v1.AnomalyEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an AnomalyEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {cybermesh.ai.v1.AnomalyEvent & cybermesh.ai.v1.AnomalyEvent.$Shape} AnomalyEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cybermesh.ai.v1.AnomalyEvent & cybermesh.ai.v1.AnomalyEvent.$Shape;
            }

            namespace AnomalyEvent {

                /** Properties of an AnomalyEvent. */
                interface $Properties {

                    /** AnomalyEvent id */
                    id?: (string|null);

                    /** AnomalyEvent type */
                    type?: (string|null);

                    /** AnomalyEvent source */
                    source?: (string|null);

                    /** AnomalyEvent severity */
                    severity?: (number|null);

                    /** AnomalyEvent confidence */
                    confidence?: (number|null);

                    /** AnomalyEvent ts */
                    ts?: (number|Long|null);

                    /** AnomalyEvent contentHash */
                    contentHash?: (Uint8Array|null);

                    /** AnomalyEvent payload */
                    payload?: (Uint8Array|null);

                    /** AnomalyEvent modelVersion */
                    modelVersion?: (string|null);

                    /** AnomalyEvent producerId */
                    producerId?: (Uint8Array|null);

                    /** AnomalyEvent nonce */
                    nonce?: (Uint8Array|null);

                    /** AnomalyEvent signature */
                    signature?: (Uint8Array|null);

                    /** AnomalyEvent pubkey */
                    pubkey?: (Uint8Array|null);

                    /** AnomalyEvent alg */
                    alg?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an AnomalyEvent. */
                type $Shape = cybermesh.ai.v1.AnomalyEvent.$Properties;
            }

            /**
             * Properties of a ChainOfCustodyEntry.
             * @deprecated Use cybermesh.ai.v1.ChainOfCustodyEntry.$Properties instead.
             */
            interface IChainOfCustodyEntry extends cybermesh.ai.v1.ChainOfCustodyEntry.$Properties {
            }

            /** Represents a ChainOfCustodyEntry. */
            class ChainOfCustodyEntry {

                /**
                 * Constructs a new ChainOfCustodyEntry.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: cybermesh.ai.v1.ChainOfCustodyEntry.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ChainOfCustodyEntry refHash. */
                refHash: Uint8Array;

                /** ChainOfCustodyEntry actorId. */
                actorId: Uint8Array;

                /** ChainOfCustodyEntry ts. */
                ts: (number|Long);

                /** ChainOfCustodyEntry signature. */
                signature: Uint8Array;

                /**
                 * Encodes the specified ChainOfCustodyEntry message. Does not implicitly {@link cybermesh.ai.v1.ChainOfCustodyEntry.verify|verify} messages.
                 * @param message ChainOfCustodyEntry message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: cybermesh.ai.v1.ChainOfCustodyEntry.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ChainOfCustodyEntry message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {cybermesh.ai.v1.ChainOfCustodyEntry & cybermesh.ai.v1.ChainOfCustodyEntry.$Shape} ChainOfCustodyEntry
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cybermesh.ai.v1.ChainOfCustodyEntry & cybermesh.ai.v1.ChainOfCustodyEntry.$Shape;
            }

            namespace ChainOfCustodyEntry {

                /** Properties of a ChainOfCustodyEntry. */
                interface $Properties {

                    /** ChainOfCustodyEntry refHash */
                    refHash?: (Uint8Array|null);

                    /** ChainOfCustodyEntry actorId */
                    actorId?: (Uint8Array|null);

                    /** ChainOfCustodyEntry ts */
                    ts?: (number|Long|null);

                    /** ChainOfCustodyEntry signature */
                    signature?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ChainOfCustodyEntry. */
                type $Shape = cybermesh.ai.v1.ChainOfCustodyEntry.$Properties;
            }

            /**
             * Properties of an EvidenceEvent.
             * @deprecated Use cybermesh.ai.v1.EvidenceEvent.$Properties instead.
             */
            interface IEvidenceEvent extends cybermesh.ai.v1.EvidenceEvent.$Properties {
            }

            /** Represents an EvidenceEvent. */
            class EvidenceEvent {

                /**
                 * Constructs a new EvidenceEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: cybermesh.ai.v1.EvidenceEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** EvidenceEvent id. */
                id: string;

                /** EvidenceEvent evidenceType. */
                evidenceType: string;

                /** EvidenceEvent refs. */
                refs: Uint8Array[];

                /** EvidenceEvent proofBlob. */
                proofBlob: Uint8Array;

                /** EvidenceEvent chainOfCustody. */
                chainOfCustody: cybermesh.ai.v1.ChainOfCustodyEntry.$Properties[];

                /** EvidenceEvent ts. */
                ts: (number|Long);

                /** EvidenceEvent contentHash. */
                contentHash: Uint8Array;

                /** EvidenceEvent producerId. */
                producerId: Uint8Array;

                /** EvidenceEvent nonce. */
                nonce: Uint8Array;

                /** EvidenceEvent signature. */
                signature: Uint8Array;

                /** EvidenceEvent pubkey. */
                pubkey: Uint8Array;

                /** EvidenceEvent alg. */
                alg: string;

                /**
                 * Encodes the specified EvidenceEvent message. Does not implicitly {@link cybermesh.ai.v1.EvidenceEvent.verify|verify} messages.
                 * @param message EvidenceEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: cybermesh.ai.v1.EvidenceEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an EvidenceEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {cybermesh.ai.v1.EvidenceEvent & cybermesh.ai.v1.EvidenceEvent.$Shape} EvidenceEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cybermesh.ai.v1.EvidenceEvent & cybermesh.ai.v1.EvidenceEvent.$Shape;
            }

            namespace EvidenceEvent {

                /** Properties of an EvidenceEvent. */
                interface $Properties {

                    /** EvidenceEvent id */
                    id?: (string|null);

                    /** EvidenceEvent evidenceType */
                    evidenceType?: (string|null);

                    /** EvidenceEvent refs */
                    refs?: (Uint8Array[]|null);

                    /** EvidenceEvent proofBlob */
                    proofBlob?: (Uint8Array|null);

                    /** EvidenceEvent chainOfCustody */
                    chainOfCustody?: (cybermesh.ai.v1.ChainOfCustodyEntry.$Properties[]|null);

                    /** EvidenceEvent ts */
                    ts?: (number|Long|null);

                    /** EvidenceEvent contentHash */
                    contentHash?: (Uint8Array|null);

                    /** EvidenceEvent producerId */
                    producerId?: (Uint8Array|null);

                    /** EvidenceEvent nonce */
                    nonce?: (Uint8Array|null);

                    /** EvidenceEvent signature */
                    signature?: (Uint8Array|null);

                    /** EvidenceEvent pubkey */
                    pubkey?: (Uint8Array|null);

                    /** EvidenceEvent alg */
                    alg?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an EvidenceEvent. */
                type $Shape = cybermesh.ai.v1.EvidenceEvent.$Properties;
            }

            /**
             * Properties of a PolicyEvent.
             * @deprecated Use cybermesh.ai.v1.PolicyEvent.$Properties instead.
             */
            interface IPolicyEvent extends cybermesh.ai.v1.PolicyEvent.$Properties {
            }

            /** Represents a PolicyEvent. */
            class PolicyEvent {

                /**
                 * Constructs a new PolicyEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: cybermesh.ai.v1.PolicyEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PolicyEvent id. */
                id: string;

                /** PolicyEvent action. */
                action: string;

                /** PolicyEvent rule. */
                rule: string;

                /** PolicyEvent params. */
                params: Uint8Array;

                /** PolicyEvent ts. */
                ts: (number|Long);

                /** PolicyEvent contentHash. */
                contentHash: Uint8Array;

                /** PolicyEvent producerId. */
                producerId: Uint8Array;

                /** PolicyEvent nonce. */
                nonce: Uint8Array;

                /** PolicyEvent signature. */
                signature: Uint8Array;

                /** PolicyEvent pubkey. */
                pubkey: Uint8Array;

                /** PolicyEvent alg. */
                alg: string;

                /**
                 * Encodes the specified PolicyEvent message. Does not implicitly {@link cybermesh.ai.v1.PolicyEvent.verify|verify} messages.
                 * @param message PolicyEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: cybermesh.ai.v1.PolicyEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PolicyEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {cybermesh.ai.v1.PolicyEvent & cybermesh.ai.v1.PolicyEvent.$Shape} PolicyEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cybermesh.ai.v1.PolicyEvent & cybermesh.ai.v1.PolicyEvent.$Shape;
            }

            namespace PolicyEvent {

                /** Properties of a PolicyEvent. */
                interface $Properties {

                    /** PolicyEvent id */
                    id?: (string|null);

                    /** PolicyEvent action */
                    action?: (string|null);

                    /** PolicyEvent rule */
                    rule?: (string|null);

                    /** PolicyEvent params */
                    params?: (Uint8Array|null);

                    /** PolicyEvent ts */
                    ts?: (number|Long|null);

                    /** PolicyEvent contentHash */
                    contentHash?: (Uint8Array|null);

                    /** PolicyEvent producerId */
                    producerId?: (Uint8Array|null);

                    /** PolicyEvent nonce */
                    nonce?: (Uint8Array|null);

                    /** PolicyEvent signature */
                    signature?: (Uint8Array|null);

                    /** PolicyEvent pubkey */
                    pubkey?: (Uint8Array|null);

                    /** PolicyEvent alg */
                    alg?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PolicyEvent. */
                type $Shape = cybermesh.ai.v1.PolicyEvent.$Properties;
            }
        }
    }

    /** Namespace control. */
    namespace control {

        /** Namespace v1. */
        namespace v1 {

            /**
             * Properties of a CommitEvent.
             * @deprecated Use cybermesh.control.v1.CommitEvent.$Properties instead.
             */
            interface ICommitEvent extends cybermesh.control.v1.CommitEvent.$Properties {
            }

            /** Represents a CommitEvent. */
            class CommitEvent {

                /**
                 * Constructs a new CommitEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: cybermesh.control.v1.CommitEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CommitEvent height. */
                height: (number|Long);

                /** CommitEvent blockHash. */
                blockHash: Uint8Array;

                /** CommitEvent stateRoot. */
                stateRoot: Uint8Array;

                /** CommitEvent txCount. */
                txCount: number;

                /** CommitEvent anomalyCount. */
                anomalyCount: number;

                /** CommitEvent evidenceCount. */
                evidenceCount: number;

                /** CommitEvent policyCount. */
                policyCount: number;

                /** CommitEvent timestamp. */
                timestamp: (number|Long);

                /** CommitEvent producerId. */
                producerId: Uint8Array;

                /** CommitEvent signature. */
                signature: Uint8Array;

                /** CommitEvent pubkey. */
                pubkey: Uint8Array;

                /** CommitEvent alg. */
                alg: string;

                /** CommitEvent anomalyIds. */
                anomalyIds: string[];

                /**
                 * Encodes the specified CommitEvent message. Does not implicitly {@link cybermesh.control.v1.CommitEvent.verify|verify} messages.
                 * @param message CommitEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: cybermesh.control.v1.CommitEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CommitEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {cybermesh.control.v1.CommitEvent & cybermesh.control.v1.CommitEvent.$Shape} CommitEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cybermesh.control.v1.CommitEvent & cybermesh.control.v1.CommitEvent.$Shape;
            }

            namespace CommitEvent {

                /** Properties of a CommitEvent. */
                interface $Properties {

                    /** CommitEvent height */
                    height?: (number|Long|null);

                    /** CommitEvent blockHash */
                    blockHash?: (Uint8Array|null);

                    /** CommitEvent stateRoot */
                    stateRoot?: (Uint8Array|null);

                    /** CommitEvent txCount */
                    txCount?: (number|null);

                    /** CommitEvent anomalyCount */
                    anomalyCount?: (number|null);

                    /** CommitEvent evidenceCount */
                    evidenceCount?: (number|null);

                    /** CommitEvent policyCount */
                    policyCount?: (number|null);

                    /** CommitEvent timestamp */
                    timestamp?: (number|Long|null);

                    /** CommitEvent producerId */
                    producerId?: (Uint8Array|null);

                    /** CommitEvent signature */
                    signature?: (Uint8Array|null);

                    /** CommitEvent pubkey */
                    pubkey?: (Uint8Array|null);

                    /** CommitEvent alg */
                    alg?: (string|null);

                    /** CommitEvent anomalyIds */
                    anomalyIds?: (string[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CommitEvent. */
                type $Shape = cybermesh.control.v1.CommitEvent.$Properties;
            }

            /**
             * Properties of a ReputationEvent.
             * @deprecated Use cybermesh.control.v1.ReputationEvent.$Properties instead.
             */
            interface IReputationEvent extends cybermesh.control.v1.ReputationEvent.$Properties {
            }

            /** Represents a ReputationEvent. */
            class ReputationEvent {

                /**
                 * Constructs a new ReputationEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: cybermesh.control.v1.ReputationEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ReputationEvent aiMessageId. */
                aiMessageId: string;

                /** ReputationEvent aiProducerId. */
                aiProducerId: Uint8Array;

                /** ReputationEvent messageType. */
                messageType: string;

                /** ReputationEvent score. */
                score: number;

                /** ReputationEvent reason. */
                reason: string;

                /** ReputationEvent confirmed. */
                confirmed: boolean;

                /** ReputationEvent falsePositive. */
                falsePositive: boolean;

                /** ReputationEvent analystNotes. */
                analystNotes: string;

                /** ReputationEvent incidentSeverity. */
                incidentSeverity: number;

                /** ReputationEvent preventedAttack. */
                preventedAttack: boolean;

                /** ReputationEvent timestamp. */
                timestamp: (number|Long);

                /** ReputationEvent blockHeight. */
                blockHeight: (number|Long);

                /** ReputationEvent producerId. */
                producerId: Uint8Array;

                /** ReputationEvent signature. */
                signature: Uint8Array;

                /** ReputationEvent pubkey. */
                pubkey: Uint8Array;

                /** ReputationEvent alg. */
                alg: string;

                /**
                 * Encodes the specified ReputationEvent message. Does not implicitly {@link cybermesh.control.v1.ReputationEvent.verify|verify} messages.
                 * @param message ReputationEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: cybermesh.control.v1.ReputationEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ReputationEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {cybermesh.control.v1.ReputationEvent & cybermesh.control.v1.ReputationEvent.$Shape} ReputationEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cybermesh.control.v1.ReputationEvent & cybermesh.control.v1.ReputationEvent.$Shape;
            }

            namespace ReputationEvent {

                /** Properties of a ReputationEvent. */
                interface $Properties {

                    /** ReputationEvent aiMessageId */
                    aiMessageId?: (string|null);

                    /** ReputationEvent aiProducerId */
                    aiProducerId?: (Uint8Array|null);

                    /** ReputationEvent messageType */
                    messageType?: (string|null);

                    /** ReputationEvent score */
                    score?: (number|null);

                    /** ReputationEvent reason */
                    reason?: (string|null);

                    /** ReputationEvent confirmed */
                    confirmed?: (boolean|null);

                    /** ReputationEvent falsePositive */
                    falsePositive?: (boolean|null);

                    /** ReputationEvent analystNotes */
                    analystNotes?: (string|null);

                    /** ReputationEvent incidentSeverity */
                    incidentSeverity?: (number|null);

                    /** ReputationEvent preventedAttack */
                    preventedAttack?: (boolean|null);

                    /** ReputationEvent timestamp */
                    timestamp?: (number|Long|null);

                    /** ReputationEvent blockHeight */
                    blockHeight?: (number|Long|null);

                    /** ReputationEvent producerId */
                    producerId?: (Uint8Array|null);

                    /** ReputationEvent signature */
                    signature?: (Uint8Array|null);

                    /** ReputationEvent pubkey */
                    pubkey?: (Uint8Array|null);

                    /** ReputationEvent alg */
                    alg?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ReputationEvent. */
                type $Shape = cybermesh.control.v1.ReputationEvent.$Properties;
            }

            /**
             * Properties of a PolicyUpdateEvent.
             * @deprecated Use cybermesh.control.v1.PolicyUpdateEvent.$Properties instead.
             */
            interface IPolicyUpdateEvent extends cybermesh.control.v1.PolicyUpdateEvent.$Properties {
            }

            /** Represents a PolicyUpdateEvent. */
            class PolicyUpdateEvent {

                /**
                 * Constructs a new PolicyUpdateEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: cybermesh.control.v1.PolicyUpdateEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PolicyUpdateEvent policyId. */
                policyId: string;

                /** PolicyUpdateEvent action. */
                action: string;

                /** PolicyUpdateEvent ruleType. */
                ruleType: string;

                /** PolicyUpdateEvent ruleData. */
                ruleData: Uint8Array;

                /** PolicyUpdateEvent ruleHash. */
                ruleHash: Uint8Array;

                /** PolicyUpdateEvent requiresAck. */
                requiresAck: boolean;

                /** PolicyUpdateEvent rollbackPolicyId. */
                rollbackPolicyId: string;

                /** PolicyUpdateEvent timestamp. */
                timestamp: (number|Long);

                /** PolicyUpdateEvent effectiveHeight. */
                effectiveHeight: (number|Long);

                /** PolicyUpdateEvent expirationHeight. */
                expirationHeight: (number|Long);

                /** PolicyUpdateEvent producerId. */
                producerId: Uint8Array;

                /** PolicyUpdateEvent signature. */
                signature: Uint8Array;

                /** PolicyUpdateEvent pubkey. */
                pubkey: Uint8Array;

                /** PolicyUpdateEvent alg. */
                alg: string;

                /**
                 * Encodes the specified PolicyUpdateEvent message. Does not implicitly {@link cybermesh.control.v1.PolicyUpdateEvent.verify|verify} messages.
                 * @param message PolicyUpdateEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: cybermesh.control.v1.PolicyUpdateEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PolicyUpdateEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {cybermesh.control.v1.PolicyUpdateEvent & cybermesh.control.v1.PolicyUpdateEvent.$Shape} PolicyUpdateEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cybermesh.control.v1.PolicyUpdateEvent & cybermesh.control.v1.PolicyUpdateEvent.$Shape;
            }

            namespace PolicyUpdateEvent {

                /** Properties of a PolicyUpdateEvent. */
                interface $Properties {

                    /** PolicyUpdateEvent policyId */
                    policyId?: (string|null);

                    /** PolicyUpdateEvent action */
                    action?: (string|null);

                    /** PolicyUpdateEvent ruleType */
                    ruleType?: (string|null);

                    /** PolicyUpdateEvent ruleData */
                    ruleData?: (Uint8Array|null);

                    /** PolicyUpdateEvent ruleHash */
                    ruleHash?: (Uint8Array|null);

                    /** PolicyUpdateEvent requiresAck */
                    requiresAck?: (boolean|null);

                    /** PolicyUpdateEvent rollbackPolicyId */
                    rollbackPolicyId?: (string|null);

                    /** PolicyUpdateEvent timestamp */
                    timestamp?: (number|Long|null);

                    /** PolicyUpdateEvent effectiveHeight */
                    effectiveHeight?: (number|Long|null);

                    /** PolicyUpdateEvent expirationHeight */
                    expirationHeight?: (number|Long|null);

                    /** PolicyUpdateEvent producerId */
                    producerId?: (Uint8Array|null);

                    /** PolicyUpdateEvent signature */
                    signature?: (Uint8Array|null);

                    /** PolicyUpdateEvent pubkey */
                    pubkey?: (Uint8Array|null);

                    /** PolicyUpdateEvent alg */
                    alg?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PolicyUpdateEvent. */
                type $Shape = cybermesh.control.v1.PolicyUpdateEvent.$Properties;
            }

            /**
             * Properties of an EvidenceRequestEvent.
             * @deprecated Use cybermesh.control.v1.EvidenceRequestEvent.$Properties instead.
             */
            interface IEvidenceRequestEvent extends cybermesh.control.v1.EvidenceRequestEvent.$Properties {
            }

            /** Represents an EvidenceRequestEvent. */
            class EvidenceRequestEvent {

                /**
                 * Constructs a new EvidenceRequestEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: cybermesh.control.v1.EvidenceRequestEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** EvidenceRequestEvent requestId. */
                requestId: string;

                /** EvidenceRequestEvent anomalyId. */
                anomalyId: string;

                /** EvidenceRequestEvent evidenceId. */
                evidenceId: string;

                /** EvidenceRequestEvent requestType. */
                requestType: string;

                /** EvidenceRequestEvent requestedTypes. */
                requestedTypes: string[];

                /** EvidenceRequestEvent requestReason. */
                requestReason: string;

                /** EvidenceRequestEvent deadlineTs. */
                deadlineTs: (number|Long);

                /** EvidenceRequestEvent evidenceAccepted. */
                evidenceAccepted: boolean;

                /** EvidenceRequestEvent rejectionReason. */
                rejectionReason: string;

                /** EvidenceRequestEvent evidenceQualityScore. */
                evidenceQualityScore: number;

                /** EvidenceRequestEvent challengeReason. */
                challengeReason: string;

                /** EvidenceRequestEvent challengeData. */
                challengeData: Uint8Array;

                /** EvidenceRequestEvent timestamp. */
                timestamp: (number|Long);

                /** EvidenceRequestEvent blockHeight. */
                blockHeight: (number|Long);

                /** EvidenceRequestEvent producerId. */
                producerId: Uint8Array;

                /** EvidenceRequestEvent signature. */
                signature: Uint8Array;

                /** EvidenceRequestEvent pubkey. */
                pubkey: Uint8Array;

                /** EvidenceRequestEvent alg. */
                alg: string;

                /**
                 * Encodes the specified EvidenceRequestEvent message. Does not implicitly {@link cybermesh.control.v1.EvidenceRequestEvent.verify|verify} messages.
                 * @param message EvidenceRequestEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: cybermesh.control.v1.EvidenceRequestEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an EvidenceRequestEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {cybermesh.control.v1.EvidenceRequestEvent & cybermesh.control.v1.EvidenceRequestEvent.$Shape} EvidenceRequestEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cybermesh.control.v1.EvidenceRequestEvent & cybermesh.control.v1.EvidenceRequestEvent.$Shape;
            }

            namespace EvidenceRequestEvent {

                /** Properties of an EvidenceRequestEvent. */
                interface $Properties {

                    /** EvidenceRequestEvent requestId */
                    requestId?: (string|null);

                    /** EvidenceRequestEvent anomalyId */
                    anomalyId?: (string|null);

                    /** EvidenceRequestEvent evidenceId */
                    evidenceId?: (string|null);

                    /** EvidenceRequestEvent requestType */
                    requestType?: (string|null);

                    /** EvidenceRequestEvent requestedTypes */
                    requestedTypes?: (string[]|null);

                    /** EvidenceRequestEvent requestReason */
                    requestReason?: (string|null);

                    /** EvidenceRequestEvent deadlineTs */
                    deadlineTs?: (number|Long|null);

                    /** EvidenceRequestEvent evidenceAccepted */
                    evidenceAccepted?: (boolean|null);

                    /** EvidenceRequestEvent rejectionReason */
                    rejectionReason?: (string|null);

                    /** EvidenceRequestEvent evidenceQualityScore */
                    evidenceQualityScore?: (number|null);

                    /** EvidenceRequestEvent challengeReason */
                    challengeReason?: (string|null);

                    /** EvidenceRequestEvent challengeData */
                    challengeData?: (Uint8Array|null);

                    /** EvidenceRequestEvent timestamp */
                    timestamp?: (number|Long|null);

                    /** EvidenceRequestEvent blockHeight */
                    blockHeight?: (number|Long|null);

                    /** EvidenceRequestEvent producerId */
                    producerId?: (Uint8Array|null);

                    /** EvidenceRequestEvent signature */
                    signature?: (Uint8Array|null);

                    /** EvidenceRequestEvent pubkey */
                    pubkey?: (Uint8Array|null);

                    /** EvidenceRequestEvent alg */
                    alg?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an EvidenceRequestEvent. */
                type $Shape = cybermesh.control.v1.EvidenceRequestEvent.$Properties;
            }
        }
    }
}
