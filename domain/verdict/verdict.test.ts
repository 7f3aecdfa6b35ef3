import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8ToBytes } from '../bytes.js'
import { canonicalJsonBytes, type Json } from '../canonical-json.js'
import { asAnomalyId } from '../ids.js'
import { anomalyOfRef, anomalyRef } from '../message/anomaly-ref.js'
import { encodeVerdict, readVerdict, verdictRefs, VERDICTS, type AnalystVerdict } from './verdict.js'

const id = asAnomalyId('00000000-0000-4000-8000-000000000001')
const other = asAnomalyId('00000000-0000-4000-8000-000000000002')
const whole: AnalystVerdict = { anomalyId: id, incidentId: 'INC-7', verdict: 'duplicate', duplicateOf: other, notes: 'the same scan', supersedes: other }
const read = (value: unknown) => readVerdict(canonicalJsonBytes(value as Json))
const { duplicateOf: _duplicateOf, ...plain } = { ...whole, verdict: 'benign' as const }

describe('a verdict', () => {
  test('is read as it was written', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    fc.assert(fc.property(fc.uuid(), text.filter((name) => name !== ''), fc.constantFrom(...VERDICTS), fc.option(text, { nil: undefined }), (uuid, incidentId, verdict, notes) => {
      const one: AnalystVerdict = {
        anomalyId: asAnomalyId(uuid), incidentId, verdict, ...(verdict === 'duplicate' ? { duplicateOf: other } : {}), ...(notes === undefined ? {} : { notes }),
      }
      expect(readVerdict(encodeVerdict(one))).toEqual({ ok: true, verdict: one })
    }))
    expect(readVerdict(encodeVerdict(whole))).toEqual({ ok: true, verdict: whole })
  })

  test.each([
    ['proof_blob', [1]], ['proof_blob', { ...plain, extra: 1 }],
    ['proof_blob.anomalyId', { ...plain, anomalyId: 'x' }], ['proof_blob.anomalyId', { incidentId: 'x', verdict: 'benign' }],
    ['proof_blob.incidentId', { ...plain, incidentId: '' }], ['proof_blob.incidentId', { ...plain, incidentId: 'é'.repeat(65) }],
    ['proof_blob.verdict', { ...plain, verdict: 'true' }],
    ['proof_blob.duplicateOf', { ...whole, duplicateOf: id }], ['proof_blob.duplicateOf', { ...plain, duplicateOf: other }], ['proof_blob.duplicateOf', { ...plain, verdict: 'duplicate' }],
    ['proof_blob.notes', { ...plain, notes: 'x'.repeat(4097) }], ['proof_blob.notes', { ...plain, notes: 7 }],
    ['proof_blob.supersedes', { ...plain, supersedes: 'the last' }],
  ])('is refused for what is wrong with %s', (field, value) => {
    expect(read(value)).toMatchObject({ ok: false, field })
  })

  test('has one way to be written', () => {
    expect(readVerdict(utf8ToBytes(`${Buffer.from(encodeVerdict(plain)).toString()} `))).toMatchObject({ ok: false, field: 'proof_blob', reason: expect.stringMatching(/canonical/) as string })
    expect(readVerdict(utf8ToBytes('{"verdict":"benign"'))).toMatchObject({ ok: false, field: 'proof_blob' })
    expect(readVerdict(utf8ToBytes(JSON.stringify({ ...plain, notes: '\ud800' })))).toMatchObject({ ok: false, field: 'proof_blob.notes' })
  })

  test('refers to its anomaly and to the one it repeats', () => {
    expect(verdictRefs(whole).map(anomalyOfRef)).toEqual([id, other])
    expect(verdictRefs(plain).map(anomalyOfRef)).toEqual([id])
    expect(anomalyOfRef(new Uint8Array(32))).toBeUndefined()
    expect(anomalyOfRef(anomalyRef(id).subarray(1))).toBeUndefined()
  })
})
