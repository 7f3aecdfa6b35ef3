import { expect, test } from 'vitest'
import { utf8ToBytes } from '../../domain/bytes.js'
import { sha256 } from '../../domain/hash.js'
import { decodeEvidenceMessage } from '../../domain/message/evidence-event.js'
import { evidenceMessageSignBytes } from '../../domain/message/sign-evidence.js'
import { createSigner, verifySignature } from '../../platform/crypto/ed25519.js'
import { signReport } from './send-report.js'

test('a signed report is whole without being sent: it decodes, and its signature holds', () => {
  const signer = createSigner(sha256(utf8ToBytes('analyst')))
  const { id, value } = signReport(signer, { evidenceType: 'verdict', refs: [], proofBlob: utf8ToBytes('{}') })
  const decoded = decodeEvidenceMessage(value)
  if (!decoded.ok) throw new Error(decoded.reason)
  expect(decoded.message).toMatchObject({ id, evidenceType: 'verdict' })
  expect(verifySignature(signer.publicKey, evidenceMessageSignBytes(decoded.message, 'v2'), decoded.message.signature)).toBe(true)
  expect(signReport(signer, { evidenceType: 'verdict', refs: [], proofBlob: utf8ToBytes('{}') }).id).not.toBe(id)
})
