/** A log with anomalies of known features, addresses and verdicts, one a minute, for tests of the data set. */
import type { DomainEvent } from '../../../domain/events/schema.js'
import { messageWith } from '../../testing/random-log.js'
import { admitted, block, committed, judged, published, rejected } from '../../testing/sample-log.js'

export const ADDRESS = (index: number): string => `10.1.${index >> 8}.${index & 0xff}`
export const TARGET = '203.0.113.9'

/** Of every anomaly: a score that rises with its index, and the same features; every third has no verdict, every eleventh is refused. */
export function datasetEvents(count: number): DomainEvent[] {
  const events: DomainEvent[] = []
  for (let i = 0; i < count; i++) {
    const second = i * 60
    const score = i / count
    const message = messageWith(JSON.stringify({
      final_score: score, llr: Math.log((score + 0.01) / (1.01 - score)), src_ip: ADDRESS(i), dst_ip: TARGET,
      features: { syn: i, source_entropy_bits: i / 7, ...(i % 2 === 0 ? { 'rare feature': -i } : {}) },
      scores: { 'rules/syn-flood': { score, threshold: 0.5, fired: score > 0.5 } },
    }))
    const name = `row-${i}`
    events.push(published(name, second, { message, source: i % 5 === 0 ? `sensor at ${ADDRESS(i)}` : 'detector-1' }))
    if (i % 11 === 10) {
      events.push(rejected(name, second + 1))
      continue
    }
    events.push(admitted(name, second + 1), block(i + 1, [name], second + 2), committed(name, i + 1, 0, second + 2))
    if (i % 3 !== 0) events.push(judged(`verdict-${i}`, name, score > 0.5 ? 'true_positive' : 'benign', 0, i + 1, second + 3))
  }
  return events
}
