/** What makes execution deterministic and fair, and what a signature check may be skipped for. */
import { edit, ignore, mutant, tests, type Mutant } from '../mutant.js'

const ANOMALY = 'domain/execution/execute-anomaly.ts'
const CHECK = 'domain/message/check-anomaly.ts'
const execution = { tests: tests('domain/execution/execute.test.ts', 'domain/execution/draft.test.ts') }
const admission = { tests: tests('domain/message/check-anomaly.test.ts') }

export const EXECUTION: readonly Mutant[] = [
  mutant('an anomaly id may be used twice', ignore(ANOMALY, "'DUPLICATE'"), execution),
  mutant('a nonce may be used twice', ignore(ANOMALY, "'REPLAY'"), execution),
  mutant('execution checks nothing again', ignore(ANOMALY, 'check.code'), execution),
  mutant('what a failed transaction wrote stays', edit('domain/execution/execute.ts', '    countFailure(tx, block, context.rules, code)\n', '    keepDraft(draft, block)\n    countFailure(tx, block, context.rules, code)\n'), execution),
  mutant('the signature of a transaction is not checked', edit(CHECK, 'if (!verify(message.pubkey, reading.signBytes ?? anomalySignBytes(message, scheme), message.signature)) {', 'if (message.signature.length < 0) {'), admission),
  mutant('anybody may produce', edit(CHECK, 'if (!bytesEqual(message.pubkey, message.producerId)) return', 'if (message.pubkey.length < 0) return'), admission),
  mutant('a payload may differ from its hash', edit(CHECK, 'if (!bytesEqual(sha256(message.payload), message.contentHash)) {', 'if (message.payload.length < 0) {'), admission),
  mutant('a message may be of any time', edit(CHECK, 'if (skewMs > limits.skewMs) return', 'if (skewMs < 0) return'), admission),
  mutant('verified signatures are remembered without the signature', edit('platform/crypto/verified-cache.ts', '  preimage.set(signature, PUBLIC_KEY_BYTES)\n', ''), { tests: tests('platform/crypto/verified-cache.test.ts') }),
  mutant('verified signatures are remembered without the key', edit('platform/crypto/verified-cache.ts', '  preimage.set(publicKey)\n', ''), { tests: tests('platform/crypto/verified-cache.test.ts') }),
]
