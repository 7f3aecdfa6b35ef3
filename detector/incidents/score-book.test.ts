import { describe, expect, test } from 'vitest'
import { FLOW_FEATURES_SHA256, flowFeaturesOf } from '../../domain/models/flow-features.js'
import { claimFault } from '../../domain/scoring/check-claim.js'
import { readScoreClaim } from '../../domain/scoring/score-claim.js'
import { model } from '../../domain/scoring/testing/known.js'
import { newDetector } from '../detector.js'
import { defaultEngines } from '../engines/default-engines.js'
import type { FlowRecord, SourceItem } from '../sources/records.js'
import { flowRecord } from '../testing/traffic.js'
import type { Incident } from './incident-book.js'
import { draftOf } from './payload.js'
import { createScoreBook, type FlowModel } from './score-book.js'

const vectorOf = ({ startMs, endMs, protocol, forwardPackets, backwardPackets, forwardBytes, backwardBytes }: FlowRecord): Float64Array | undefined => flowFeaturesOf({
  durationMicros: Math.round((endMs - startMs) * 1000), protocol, forwardPackets, backwardPackets, byteLayer: 'ip', forwardBytes, backwardBytes, tcpFlags: 2,
})
const flowModel: FlowModel = { model, featureSchema: FLOW_FEATURES_SHA256, vectorOf }
const marginOf = (flow: FlowRecord): number => model.score(vectorOf(flow) as Float64Array).margin

describe('what a model says of flows', () => {
  const flows = Array.from({ length: 12 }, (_, i) => flowRecord({ startMs: i, endMs: i * 400, forwardPackets: 1 + i * i, backwardPackets: i, forwardBytes: 60 + 900 * i, backwardBytes: 40 * i }))
  const [best] = [...flows].sort((a, b) => marginOf(b) - marginOf(a)) as [FlowRecord]

  test('is claimed of the worst flow towards the host, for a minute', () => {
    const book = createScoreBook(flowModel)
    for (const flow of flows) book.see(flow)
    const claim = book.worstTowards('10.0.0.2', 5000)
    expect(claim?.rawMargin).toBe(marginOf(best))
    expect(book.worstTowards('10.0.0.2', best.endMs + 60_001)).toBeUndefined()
    expect(book.worstTowards('10.0.0.3', 5000)).toBeUndefined()
    const lowest = createScoreBook({ ...flowModel, isLowWorse: true })
    for (const flow of flows) lowest.see(flow)
    expect(lowest.worstTowards('10.0.0.2', 5000)?.rawMargin).toBe(Math.min(...flows.map(marginOf)))
  })

  test('rides with the incident into its payload, where validators find it true', () => {
    // 300 sources in one second: R1.
    const items: SourceItem[] = Array.from({ length: 300 }, (_, i) => flowRecord({
      startMs: i, endMs: i + 5, source: `10.1.${i >> 6}.${i & 63}`, forwardPackets: 3, backwardPackets: 0, forwardBytes: 120 + i, backwardBytes: 0, synPackets: 1,
    }))
    const incidentsOf = (scores?: FlowModel): readonly Incident[] => {
      const detector = newDetector(defaultEngines(), () => 'id', undefined, [], scores === undefined ? undefined : createScoreBook(scores))
      return [...items.flatMap((item) => detector.accept(item)), ...detector.finish()]
    }
    const [incident] = incidentsOf(flowModel) as [Incident]
    const said = JSON.parse(new TextDecoder().decode(draftOf(incident, { source: 's', modelVersion: 'm', detectedAtMs: 0 }).payload)) as { score_claim: unknown }
    const read = readScoreClaim(said.score_claim)
    expect(read.ok && claimFault(read.claim, model)).toBe(undefined)
    // Without a model the same is found, and nothing is claimed.
    const plain = incidentsOf()
    expect(plain.map(({ decision }) => decision.finding)).toEqual(incidentsOf(flowModel).map(({ decision }) => decision.finding))
    expect(plain.every(({ scoreClaim }) => scoreClaim === undefined)).toBe(true)
  })
})
