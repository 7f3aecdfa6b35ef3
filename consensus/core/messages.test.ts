import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { DecodeError } from '../../domain/bytes.js'
import { txOf } from '../../domain/execution/testing/network.js'
import { asEpoch, asHeight, asView, type ValidatorId } from '../../domain/ids.js'
import { arbitraryQc, arbitraryTc, arbitraryVote } from '../storage/testing/records.js'
import { decodeMessage, encodeMessage, type PeerMessage } from './messages.js'
import { blockOn, proposalOf, root, tcOf, rootQc } from './testing/forge.js'

const maybeTc = fc.option(arbitraryTc, { nil: undefined })
const view = fc.nat().map(asView)
const signature = fc.uint8Array({ minLength: 64, maxLength: 64 })
const proposals = [
  proposalOf(blockOn(root, 1)), proposalOf(blockOn(root, 1, { transactions: [txOf(1), txOf(2)] })),
  proposalOf(blockOn(root, 4, { transactions: [txOf(3)] }), tcOf(3, [rootQc, rootQc, rootQc, rootQc])),
]
const message: fc.Arbitrary<PeerMessage> = fc.oneof(
  arbitraryVote.map((vote) => ({ type: 'vote' as const, vote })),
  fc.record({ epoch: fc.nat().map(asEpoch), view, highQcView: view, sender: fc.constant('ab'.repeat(32) as ValidatorId), signature, highQc: arbitraryQc, lastTc: maybeTc })
    .map((timeout) => ({ type: 'timeout' as const, timeout })),
  arbitraryTc.map((tc) => ({ type: 'timeout-certificate' as const, tc })),
  fc.constantFrom(...proposals).map((proposal) => ({ type: 'proposal' as const, proposal })),
  fc.record({
    highQc: arbitraryQc, highTc: maybeTc, committedHeight: fc.nat().map(asHeight), isQuestion: fc.boolean(),
    yourVote: fc.option(arbitraryVote, { nil: undefined }), yourTimeout: fc.option(fc.record({ view, highQcView: view, signature }), { nil: undefined }),
  }).map((info) => ({ type: 'sync-info' as const, info })),
)
/** Decodes, and fails the test where anything but a message or a DecodeError comes out. */
const outcome = (bytes: Uint8Array): PeerMessage | 'refused' => {
  try {
    return decodeMessage(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
    return 'refused'
  }
}

describe('the codec', () => {
  test('every message comes back as it was sent', () => {
    fc.assert(fc.property(message, (sent) => { expect(decodeMessage(encodeMessage(sent))).toEqual(sent) }), { numRuns: 500 })
  })

  test('a message cut anywhere is refused', () => {
    fc.assert(fc.property(message, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (sent, share) => {
      const bytes = encodeMessage(sent)
      expect(outcome(bytes.subarray(0, Math.floor(share * bytes.length)))).toBe('refused')
    }), { numRuns: 500 })
  })

  test('trailing bytes are refused', () => {
    fc.assert(fc.property(message, fc.uint8Array({ minLength: 1, maxLength: 9 }), (sent, more) => {
      expect(outcome(Buffer.concat([encodeMessage(sent), more]))).toBe('refused')
    }))
  })

  test('garbage is refused or is a message with exactly these bytes', () => {
    const damaged = fc.tuple(message, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([sent, at, mask]) => {
      const bytes = encodeMessage(sent)
      bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ mask
      return bytes
    })
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), damaged), (bytes) => {
      const decoded = outcome(bytes)
      // One encoding a message: what decodes is what encoding it gives, or two peers could read two things.
      if (decoded !== 'refused') expect(Buffer.from(encodeMessage(decoded)).equals(bytes)).toBe(true)
    }), { numRuns: 2000 })
  })
})
