/** Load for a soak of read models: a steady writer, and readers who check of every answer that it is of one moment. */
import { setTimeout as sleep } from 'node:timers/promises'

export type Reads = { reads: number; failed: number; mixed: number; backwards: number; healing: number; readonly samples: string[] }

/** What an API answers; what it holds is checked, not assumed. */
type Answer = { data?: { counts: Record<string, number>; auditRoot: { size: number } | null; blocks: { nodes: { height: number }[] } }; errors?: { message: string; extensions: { code: string } }[]; extensions?: { positions: Record<string, number> } }

const QUERY = '{ counts { published committed rejected timeout expired inFlight } auditRoot { size } blocks(first: 1) { nodes { height } } }'
/** While tables are made again, no answer is the right answer. */
const HONEST_REFUSALS = new Set(['READ_MODEL_HEALING', 'UNAVAILABLE'])
const MOST_SAMPLES = 5

/** Reads until `signal` aborts, with a pause between two reads. */
export async function keepReading(url: string, thinkMs: number, reads: Reads, signal: AbortSignal): Promise<void> {
  let last = 0
  while (!signal.aborted) {
    const answer = await ask(url)
    if (signal.aborted) return
    reads.reads += 1
    if (answer instanceof Error) note(reads, 'failed', answer.message)
    else if (answer.errors !== undefined) note(reads, answer.errors.every(({ extensions: { code } }) => HONEST_REFUSALS.has(code)) ? 'healing' : 'failed', JSON.stringify(answer.errors))
    else {
      const problem = mixedReason(answer)
      if (problem !== undefined) note(reads, 'mixed', problem)
      const position = answer.extensions?.positions['blocks'] ?? 0
      if (position < last) note(reads, 'backwards', `${position} after ${last}`)
      last = Math.max(last, position)
    }
    await sleep(thinkMs * (0.5 + Math.random()))
  }
}

async function ask(url: string): Promise<Answer | Error> {
  try {
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: QUERY }), signal: AbortSignal.timeout(30_000) })
    return await response.json() as Answer
  } catch (error) {
    return error as Error
  }
}

/** The history holds 50 anomalies a block, so a block more than the committed anomalies say, or less, is of another moment. */
function mixedReason({ data, extensions }: Answer): string | undefined {
  if (data === undefined) return 'no data'
  const { published = 0, committed = 0, rejected = 0, timeout = 0, expired = 0, inFlight = 0 } = data.counts
  if (published !== committed + rejected + timeout + expired + inFlight) return `counts do not add up: ${JSON.stringify(data.counts)}`
  const size = data.auditRoot?.size ?? 0
  if (size !== extensions?.positions['audit']) return `the audit tree has ${size} leaves at position ${extensions?.positions['audit']}`
  const height = data.blocks.nodes[0]?.height ?? 0
  if (committed > height * 50 || committed < (height - 1) * 50) return `${committed} committed anomalies in ${height} blocks of 50`
  return undefined
}

function note(reads: Reads, kind: 'failed' | 'mixed' | 'backwards' | 'healing', sentence: string): void {
  reads[kind] += 1
  if (kind !== 'healing' && reads.samples.length < MOST_SAMPLES) reads.samples.push(`${kind}: ${sentence.slice(0, 300)}`)
}

/** Appends about `perSecond` events a second until `signal` aborts; what a slow disk held up is made good. Resolves with the number of events. */
export async function keepAppending(grow: (anomalies: number) => Promise<number>, perSecond: number, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now()
  let events = 0
  while (!signal.aborted) {
    const due = (performance.now() - startedAt) / 1000 * perSecond
    if (events < due) events += await grow(50)
    else await sleep(10)
  }
  return events
}
