/** The marks that say "all of this batch is done": one past the last offset of each partition. */
import type { OffsetMark, TransportRecord } from './transport.js'

export function nextOffsets(batch: readonly Pick<TransportRecord, 'topic' | 'partition' | 'offset'>[]): readonly OffsetMark[] {
  const marks = new Map<string, OffsetMark>()
  for (const { topic, partition, offset } of batch) {
    const key = `${topic}/${partition}`
    const known = marks.get(key)
    if (known === undefined || known.offset <= offset) marks.set(key, { topic, partition, offset: offset + 1 })
  }
  return [...marks.values()]
}
