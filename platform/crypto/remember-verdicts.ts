/**
 * One processor that plays many nodes need not compute a verdict on the same bytes once for each. The memory is not
 * bounded: for worlds and clusters that end, never for a node that runs.
 */
import { bytesToHex } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'

export function rememberVerdicts(verify: VerifySignature): VerifySignature {
  const verdicts = new Map<string, boolean>()
  return (publicKey, message, signature) => {
    const key = `${bytesToHex(publicKey)} ${bytesToHex(message)} ${bytesToHex(signature)}`
    const known = verdicts.get(key)
    if (known !== undefined) return known
    const verdict = verify(publicKey, message, signature)
    verdicts.set(key, verdict)
    return verdict
  }
}
