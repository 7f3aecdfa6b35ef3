import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '../bytes.js'
import { signerOf } from '../execution/testing/network.js'
import { sha256 } from '../hash.js'
import { custodySignBytes, linkRef, type CustodyEntry } from './chain.js'
import { custodyFault, type CustodyClaim, type CustodyFault } from './check-custody.js'
import { chainThrough, handOver } from './hand-over.js'

const HOLDERS = ['sensor', 'p0', 'a0', 'r0', 'p1'].map(signerOf)
const known = new Set(HOLDERS.map(({ publicKey }) => bytesToHex(publicKey)))
const subject = { id: '11111111-0000-4000-8000-000000000001', contentHash: sha256(utf8ToBytes('packets')) }
const delivery = { evidenceType: 'pcap', refs: [sha256(utf8ToBytes('ref'))] }
const start = 1_760_595_000

type Hand = readonly [holder: number, waited: number]
const hands = fc.array(fc.tuple(fc.nat(HOLDERS.length - 1), fc.nat(60)), { minLength: 1, maxLength: 8 })

function claimOf(path: readonly Hand[]): CustodyClaim {
  let at = start
  const through = path.map(([holder, waited]) => ({ holder: HOLDERS[holder] as (typeof HOLDERS)[number], atSeconds: (at += waited) }))
  const entries = chainThrough(through, subject, delivery)
  return { subject, delivery, entries, producerId: entries.at(-1)?.actorId as Uint8Array, tsSeconds: at }
}
const faultOf = (claim: CustodyClaim): CustodyFault | undefined => custodyFault(claim, (actor) => known.has(actor), verifySignature)
const withEntries = (claim: CustodyClaim, entries: readonly CustodyEntry[]): CustodyClaim => ({ ...claim, entries, producerId: entries.at(-1)?.actorId ?? claim.producerId })
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at % bytes.length ? byte ^ 1 : byte))

describe('a chain of custody', () => {
  test('through any known hands is whole', () => {
    fc.assert(fc.property(hands, (path) => { expect(faultOf(claimOf(path))).toBeUndefined() }), { numRuns: 50 })
  })

  test('is signed in the layout of the original', () => {
    const [entry] = claimOf([[0, 5]]).entries as [CustodyEntry]
    const ts = new Uint8Array(8)
    new DataView(ts.buffer).setBigUint64(0, BigInt(start + 5))
    const layout = concatBytes(utf8ToBytes('evidence.custody.v1'), entry.refHash, entry.actorId, ts)
    expect(bytesToHex(custodySignBytes(entry))).toBe(bytesToHex(layout))
    expect(verifySignature(entry.actorId, layout, entry.signature)).toBe(true)
  })

  test('is refused with any link taken out', () => {
    fc.assert(fc.property(hands.filter(({ length }) => length > 1), fc.nat(), (path, n) => {
      const claim = claimOf(path)
      const out = n % path.length
      const fault = faultOf(withEntries(claim, claim.entries.filter((_, i) => i !== out)))
      // The link before the gap names somebody else, and the one after it binds another link.
      expect(fault).toMatchObject({ field: expect.stringMatching(/ref_hash|actor_id/) as string })
      expect([out - 1, out]).toContain(fault?.link)
    }), { numRuns: 60 })
  })

  test('is refused with any two links swapped', () => {
    fc.assert(fc.property(hands.filter(({ length }) => length > 1), fc.nat(), fc.nat(), (path, a, b) => {
      const claim = claimOf(path)
      const [i, j] = [a % path.length, b % path.length]
      fc.pre(i !== j)
      const entries = [...claim.entries]
      entries[i] = claim.entries[j] as CustodyEntry
      entries[j] = claim.entries[i] as CustodyEntry
      const fault = faultOf(withEntries(claim, entries))
      expect(fault?.link).toBeLessThanOrEqual(Math.min(i, j))
    }), { numRuns: 60 })
  })

  test('is refused with any link there twice', () => {
    fc.assert(fc.property(hands, fc.nat(), (path, n) => {
      const claim = claimOf(path)
      const twice = n % path.length
      expect(faultOf(withEntries(claim, claim.entries.flatMap((entry, i) => (i === twice ? [entry, entry] : [entry]))))).toBeDefined()
    }), { numRuns: 60 })
  })

  test('is refused with any byte of any link altered, naming the link or the one before it', () => {
    fc.assert(fc.property(hands, fc.nat(), fc.constantFrom('refHash', 'actorId', 'signature', 'tsSeconds'), fc.nat(63), (path, n, field, at) => {
      const claim = claimOf(path)
      const altered = n % path.length
      const entries = claim.entries.map((entry, i): CustodyEntry => {
        if (i !== altered) return entry
        return field === 'tsSeconds' ? { ...entry, tsSeconds: entry.tsSeconds - 1 } : { ...entry, [field]: flipped(entry[field], at) }
      })
      const fault = faultOf({ ...claim, entries })
      expect([altered - 1, altered]).toContain(fault?.link)
    }), { numRuns: 100 })
  })

  test('speaks of one piece of evidence, handed to the network as one thing', () => {
    const claim = claimOf([[0, 0], [1, 1]])
    expect(faultOf({ ...claim, subject: { ...subject, id: '11111111-0000-4000-8000-000000000002' } })).toMatchObject({ link: 0, field: 'ref_hash' })
    expect(faultOf({ ...claim, subject: { ...subject, contentHash: sha256(utf8ToBytes('others')) } })).toMatchObject({ link: 0, field: 'ref_hash' })
    expect(faultOf({ ...claim, delivery: { ...delivery, evidenceType: 'log' } })).toMatchObject({ link: 1, field: 'ref_hash' })
    expect(faultOf({ ...claim, delivery: { ...delivery, refs: [] } })).toMatchObject({ link: 1, field: 'ref_hash' })
  })

  test('cannot be shortened by its last holder, who would need the word of the one before', () => {
    const [sensor, courier, reporter] = HOLDERS as [typeof HOLDERS[0], typeof HOLDERS[0], typeof HOLDERS[0]]
    const first = handOver([], subject, sensor, courier.publicKey, start)
    // The reporter signs anew, as if the sensor had given it the evidence itself.
    const forged = handOver(first, subject, reporter, delivery, start + 1)
    const claim = { subject, delivery, entries: forged, producerId: reporter.publicKey, tsSeconds: start + 1 }
    expect(faultOf(claim)).toMatchObject({ link: 0, field: 'ref_hash' })
  })

  test('binds the very link before, not any that its holder signed to the same hands', () => {
    const [sensor, courier] = HOLDERS as [typeof HOLDERS[0], typeof HOLDERS[0]]
    const early = handOver([], subject, sensor, courier.publicKey, start)
    const late = handOver([], subject, sensor, courier.publicKey, start + 5)
    const whole = handOver(early, subject, courier, delivery, start + 9)
    const claim = { subject, delivery, entries: whole, producerId: courier.publicKey, tsSeconds: start + 9 }
    expect(faultOf(claim)).toBeUndefined()
    expect(faultOf({ ...claim, entries: [...late, ...whole.slice(1)] })).toMatchObject({ link: 1, field: 'ref_hash' })
  })

  test('ends with the producer of the message, and is refused without links', () => {
    const claim = claimOf([[0, 0], [1, 1]])
    expect(faultOf({ ...claim, producerId: signerOf('p1').publicKey })).toMatchObject({ link: 1, field: 'actor_id' })
    expect(faultOf({ ...claim, entries: [] })).toMatchObject({ link: 0, field: 'actor_id' })
  })

  test('goes through known hands only', () => {
    const stranger = signerOf('stranger')
    const entries = chainThrough([{ holder: stranger, atSeconds: start }, { holder: signerOf('p0'), atSeconds: start }], subject, delivery)
    expect(faultOf({ subject, delivery, entries, producerId: signerOf('p0').publicKey, tsSeconds: start })).toMatchObject({ link: 0, field: 'actor_id' })
  })

  test('runs forwards in time, to the time of the message and no further', () => {
    const at = (times: readonly number[], tsSeconds: number) => {
      const entries = chainThrough(times.map((atSeconds, i) => ({ holder: HOLDERS[i] as (typeof HOLDERS)[number], atSeconds })), subject, delivery)
      return faultOf({ subject, delivery, entries, producerId: entries.at(-1)?.actorId as Uint8Array, tsSeconds })
    }
    expect(at([start, start, start + 1], start + 1)).toBeUndefined()
    expect(at([start, start + 2, start + 1], start + 9)).toMatchObject({ link: 2, field: 'ts' })
    expect(at([start, start + 2], start + 1)).toMatchObject({ link: 1, field: 'ts' })
  })

  test('needs each holder’s own signature', () => {
    const thief = signerOf('a0')
    const unsigned = { refHash: linkRef(subject, 0, undefined, delivery), actorId: signerOf('p0').publicKey, tsSeconds: start }
    const entries = [{ ...unsigned, signature: thief.sign(custodySignBytes(unsigned)) }]
    const claim = { subject, delivery, entries, producerId: signerOf('p0').publicKey, tsSeconds: start }
    expect(faultOf(claim)).toMatchObject({ link: 0, field: 'signature' })
    expect(custodyFault(claim, (actor) => known.has(actor))).toBeUndefined()
  })
})
