import { describe, expect, test } from 'vitest'
import { messageWith } from '../testing/random-log.js'
import { MOST_FEATURES, readPayload } from './read-payload.js'

const NOTHING = { features: {}, featureCount: 0, engineScores: {}, rawScore: null, logLikelihoodRatio: null, calibratedScore: null, modelHash: null, decision: 'publish', sourceAddress: null }
const read = (payload: unknown) => readPayload(messageWith(JSON.stringify(payload)))

describe('reading a payload', () => {
  test('takes features, scores, model and decision as the detector wrote them', () => {
    expect(read({
      features: { syn: 12, source_entropy_bits: 3.25 }, final_score: 0.91, llr: 2.3, calibrated_score: 0.88, model_hash: 'ab'.repeat(32), decision: 'sample', src_ip: '2001:DB8::7',
      scores: { 'rules/syn-flood': { score: 1, threshold: 0.5, fired: true }, 'statistics/cusum': { score: 0.2, threshold: 0.8, fired: false } },
    })).toEqual({
      features: { syn: 12, source_entropy_bits: 3.25 }, featureCount: 2, rawScore: 0.91, logLikelihoodRatio: 2.3, calibratedScore: 0.88, modelHash: 'ab'.repeat(32), decision: 'sample', sourceAddress: '2001:db8::7',
      engineScores: { 'rules/syn-flood': { score: 1, threshold: 0.5, fired: true }, 'statistics/cusum': { score: 0.2, threshold: 0.8, fired: false } },
    })
  })

  test.each(['', 'AAEC', messageWith(''), messageWith('not json'), messageWith('[1]'), messageWith('null'), messageWith('{"src_ip":"x; DROP"}'), messageWith('{"features":[1,2],"scores":7,"model_hash":"x","decision":{}}')])(
    'finds nothing where there is nothing', (message) => { expect(readPayload(message)).toEqual(NOTHING) })

  test('leaves out what is no finite number and names that SQL cannot hold', () => {
    const { features, featureCount } = readPayload(messageWith('{"features":{"ok":1,"text":"2","big":1e400,"":3,"a\\u0000b":4,"\\ud800":5,"__proto__":6}}'))
    expect(Object.entries(features)).toEqual([['ok', 1], ['__proto__', 6]])
    expect(featureCount).toBe(2)
  })

  test('keeps no more features than the limit, and says how many there were', () => {
    const many = (count: number) => read({ features: Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i])) })
    expect(Object.keys(many(MOST_FEATURES).features)).toHaveLength(MOST_FEATURES)
    expect(many(MOST_FEATURES + 1)).toMatchObject({ features: {}, featureCount: MOST_FEATURES + 1 })
  })
})
