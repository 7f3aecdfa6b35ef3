import { describe, expect, it } from 'vitest'
import { rulesOf } from '../../domain/message/check-anomaly.js'
import type { AnomalyId } from '../../domain/ids.js'
import { uuidV5 } from '../../domain/uuid.js'
import { publishedData } from './identity.js'
import { createTestNetwork, NOW, signerOf, testId } from './testing/network.js'

const network = createTestNetwork()
const origin = { topic: 'ai.anomalies.v1', partition: 2, offset: 7 }
const derived = uuidV5('message/ai.anomalies.v1/2/7')

function identify(bytes: Uint8Array, ...taken: readonly string[]) {
  return publishedData(bytes, { kind: 'origin', origin }, NOW, { rules: rulesOf(network.genesis), verify: network.verify, isTaken: (id: AnomalyId) => taken.includes(id) })
}
const id = testId(1)

describe('the id of a lifecycle', () => {
  it('is the message\'s own when its producer signed it', () => {
    expect(identify(network.message({ id }))).toMatchObject({ anomalyId: id, claimedId: null, authentic: true, signScheme: 'v2', origin })
    expect(identify(network.message({ id, scheme: 'v1' }))).toMatchObject({ anomalyId: id, authentic: true, signScheme: 'v1' })
  })

  it('is the message\'s own also when only its time is wrong', () => {
    expect(identify(network.message({ id, atMs: NOW - 3_600_000 }))).toMatchObject({ anomalyId: id, authentic: true })
    expect(identify(network.message({ id, atMs: NOW - 3_600_000, scheme: 'v1' }))).toMatchObject({ anomalyId: id, authentic: true })
  })

  it('is derived from the place when the id is taken', () => {
    expect(identify(network.message({ id }), id)).toMatchObject({ anomalyId: derived, claimedId: id, authentic: true })
  })

  it('is derived for strangers, forgeries and what cannot be read', () => {
    expect(identify(network.message({ id, signer: signerOf('stranger') }))).toMatchObject({ anomalyId: derived, claimedId: id, authentic: false })
    expect(identify(network.message({ id, tamper: (message) => ({ ...message, type: 'other' }) }))).toMatchObject({ anomalyId: derived, claimedId: id, authentic: false })
    expect(identify(Uint8Array.of(1))).toMatchObject({ anomalyId: derived, claimedId: null, authentic: false, producerId: null })
  })

  it('is derived for a v1 copy with another payload, whose signature does not cover the id', () => {
    const bytes = network.message({ scheme: 'v1', tamper: (message) => ({ ...message, id, payload: Buffer.from('{}') }) })
    expect(identify(bytes)).toMatchObject({ anomalyId: derived, claimedId: id, authentic: true })
  })

  it('is derived once more when someone foretold the derived id', () => {
    expect(identify(Uint8Array.of(1), derived)).toMatchObject({ anomalyId: uuidV5('message/ai.anomalies.v1/2/7/1') })
  })
})
