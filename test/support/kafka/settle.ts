/**
 * A backlog may need longer than one `up` waits for it, and what the recorder has not read of a topic it does not count.
 * So a stopped mesh runs again with nothing new until all that is in the topic has settled.
 */
import { openExisting } from '../../../cli/data-folder/open.js'
import { openTopicsOf } from '../../../cli/dlq/open-letters.js'
import type { Summary } from '../../../cli/up/summary.js'
import { TOPICS } from '../../../ingest/transport/transport.js'
import { writeQuietFlows } from '../feed.js'
import { startUp, until, type Up } from '../mesh.js'

/** The oldest of a backlog are settled by the clock after some minutes, committed or not. */
const SETTLING_RUNS = 12
const SETTLING_SECONDS = 20
const ANSWER_MS = 60_000

/** @param onStart told of each run, so that whoever cleans up knows what runs; gives the summary of the last one */
export async function settle(data: string, folder: string, stopped: Summary, onStart: (up: Up) => void): Promise<Summary> {
  let summary = stopped
  for (let run = 0; run < SETTLING_RUNS && (summary.inFlight > 0 || summary.published < await inTopic(data)); run++) {
    const up = startUp(data, '--flows', writeQuietFlows(folder), '--for', String(SETTLING_SECONDS))
    onStart(up)
    summary = await up.finished()
  }
  return summary
}

async function inTopic(data: string): Promise<number> {
  const transport = await openTopicsOf(openExisting(data))
  if (transport === undefined) throw new Error('the folder has no topics')
  try {
    return (await transport.endOffsets(TOPICS.anomalies.name)).reduce((sum, { offset }) => sum + offset, 0)
  } finally {
    await transport.close()
  }
}

/** Its answer, when it answers: a role that was just started may not yet. */
export async function soon<T>(what: string, ask: () => Promise<T>, withinMs = ANSWER_MS): Promise<T> {
  let answer: T | undefined
  await until(`${what} answers`, async () => (answer = await ask().catch(() => undefined)) !== undefined, withinMs)
  return answer as T
}
