/**
 * Flows from a topic, Kafka's or an embedded one, in a consumer group. An offset is committed only when no open window
 * needs its flow any more and all that it led to was published; so the group lags by some minutes of flows, on purpose.
 */
import { nextOffsets } from '../../../ingest/transport/next-offsets.js'
import type { Consumer, OffsetMark, Transport, TransportRecord } from '../../../ingest/transport/transport.js'
import { createLiveOrder, type LiveOrder } from '../../live/live-order.js'
import type { LiveSource, Mark } from '../../live/live-source.js'
import type { SourceItem } from '../records.js'
import { messageSources, parseFlowMessage, type MessageSources } from './parse-flow.js'

export type TopicSourceOptions = {
  readonly transport: Transport
  readonly topic: string
  readonly group: string
  /** How long after it began a flow may come. */
  readonly holdMs: number
  readonly nowMs?: () => number
  readonly onWarning?: (sentence: string) => void
}

/** After this long without a message time goes on by the clock. */
const IDLE_MS = 1000

export async function openTopicSource(options: TopicSourceOptions): Promise<LiveSource<readonly OffsetMark[]>> {
  const { transport, topic, group, holdMs, nowMs = Date.now, onWarning = () => undefined } = options
  const consumer = await transport.consume({ topics: [topic], group })
  const due = new Map<number, OffsetMark>()
  return {
    name: `topic ${topic}, group ${group}`,
    async *read(_after, signal) {
      const order = createLiveOrder({ holdMs, nowMs })
      order.expect(await partitionsWithFlows(transport, topic, group))
      yield* readInOrder(consumer, order, messageSources(topic), signal)
    },
    join: (earlier, later) => nextMarks([...earlier, ...later]),
    async settled(position) {
      for (const mark of position) due.set(mark.partition, mark)
      try {
        await consumer.commit([...due.values()])
        due.clear()
      } catch (error) {
        // Not committed only means read again; the next settled position takes it along.
        onWarning(`offsets of ${topic} could not be committed and will be with the next ones: ${error instanceof Error ? error.message : String(error)}`)
      }
    },
    close: () => consumer.close(),
  }
}

async function partitionsWithFlows(transport: Transport, topic: string, group: string): Promise<number[]> {
  const committed = new Map((await transport.committed(group, topic)).map(({ partition, offset }) => [partition, offset]))
  return (await transport.endOffsets(topic)).filter(({ partition, offset }) => offset > (committed.get(partition) ?? 0)).map(({ partition }) => partition)
}

async function* readInOrder(consumer: Consumer, order: LiveOrder, sources: MessageSources, signal: AbortSignal): AsyncGenerator<SourceItem | Mark<readonly OffsetMark[]>> {
  const batches = consumer.batches(signal)[Symbol.asyncIterator]()
  try {
    let next = batches.next()
    for (;;) {
      const batch = await withinIdle(next)
      if (batch === 'idle') {
        yield* order.release(true)
        continue
      }
      if (batch.done === true) return
      // Asked for only after this batch was dealt with: whoever is slow pauses the topic.
      yield* takeBatch(batch.value, order, sources)
      yield* order.release(false)
      next = batches.next()
    }
  } finally {
    await batches.return?.()
  }
}

function* takeBatch(batch: readonly TransportRecord[], order: LiveOrder, sources: MessageSources): Generator<SourceItem | Mark<readonly OffsetMark[]>> {
  let newestMs: number | undefined
  for (const { topic, partition, offset, value } of batch) {
    const flow = parseFlowMessage(value, sources)
    const left = flow.kind === 'skipped' ? flow : order.add(partition, flow)
    if (left?.kind === 'skipped') yield { ...left, where: `${topic}/${partition}/${offset}` }
    else if (flow.kind === 'flow') newestMs = Math.max(newestMs ?? -Infinity, flow.startMs)
  }
  yield { kind: 'mark', position: nextOffsets(batch), newestMs }
}

async function withinIdle<T>(work: Promise<T>): Promise<T | 'idle'> {
  let timer: NodeJS.Timeout | undefined
  const idle = new Promise<'idle'>((resolve) => { timer = setTimeout(() => resolve('idle'), IDLE_MS) })
  try {
    return await Promise.race([work, idle])
  } finally {
    clearTimeout(timer)
  }
}

/** The furthest of each partition. */
function nextMarks(marks: readonly OffsetMark[]): readonly OffsetMark[] {
  const furthest = new Map<number, OffsetMark>()
  for (const mark of marks) if ((furthest.get(mark.partition)?.offset ?? -1) < mark.offset) furthest.set(mark.partition, mark)
  return [...furthest.values()]
}
