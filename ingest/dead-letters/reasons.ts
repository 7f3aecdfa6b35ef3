/** What each reason code means for an operator: a sentence on what was wrong, one on what to do, and whether sending again can help. */
import type { RejectCode } from '../../domain/reject-codes.js'

export type Reason = {
  readonly what: string
  readonly advice: string
  /** `never`: the same bytes meet the same refusal. `later`: time or a change of the allow-list may let them in. */
  readonly repair: 'never' | 'later'
}

export const REASONS: Readonly<Record<RejectCode, Reason>> = {
  MALFORMED: { what: 'the bytes are no canonical anomaly message', advice: 'mend the program that wrote them and publish the anomaly anew', repair: 'never' },
  TOO_LARGE: { what: 'message or payload exceed the limits of genesis', advice: 'make the payload smaller and publish the anomaly anew', repair: 'never' },
  UNKNOWN_PRODUCER: { what: 'whoever signed it is not on the list of those who may: producers, or analysts for verdicts', advice: 'put its key on the list, then replay while the message is young enough', repair: 'later' },
  INVALID_SIGNATURE: { what: 'the signature does not cover these bytes, or its scheme is not allowed', advice: 'find out who sent it; a genuine producer must sign anew', repair: 'never' },
  HASH_MISMATCH: { what: 'content_hash is not the SHA-256 of the payload', advice: 'mend the producer and publish the anomaly anew', repair: 'never' },
  SKEW: { what: 'the time in the message was too far from the clock', advice: 'set the clock of the producer; a message from the future can be replayed once its time has come', repair: 'later' },
  REPLAY: { what: 'the producer had used this nonce before', advice: 'nothing where it is a copy; else let the producer draw random nonces and publish the anomaly anew', repair: 'never' },
  DUPLICATE: { what: 'the same bytes, the same id, or a verdict of the same analyst had been admitted before', advice: 'nothing: what was admitted first stands; a verdict may say that it supersedes it', repair: 'never' },
  UNKNOWN_MODEL: { what: 'the model is not registered', advice: 'register the model, then replay while the message is young enough', repair: 'later' },
  SCORE_MISMATCH: { what: 'the score is not what the registered model gives', advice: 'find out why the producer reports another score', repair: 'never' },
  BROKEN_CUSTODY: { what: 'the chain of custody of the evidence is not whole', advice: 'ask each holder for the custody file as it was handed on, and submit the evidence anew', repair: 'never' },
  UNKNOWN_REFERENCE: { what: 'it names an anomaly or a verdict that no block carries', advice: 'wait until the anomaly is committed, or name another, and send it anew', repair: 'never' },
}
