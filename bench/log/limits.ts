/** What the store below the log could do at best with the same bytes, the same transactions and the same flushes. */
import { asPosition } from '../../domain/ids.js'
import type { EntryLog } from '../../eventlog/entries.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import { createStopwatch, type Cost } from '../stopwatch.js'

/** Puts the entries of `log` into a new LMDB folder, one table, ascending keys. */
export async function putBare(path: string, log: EntryLog, events: number, batch: number): Promise<Cost> {
  const root = openLmdb(path)
  try {
    const table = root.openDB<Buffer, number>('entries', { encoding: 'binary' })
    const watch = createStopwatch()
    for (let next = 0; next < events; next += batch) {
      const values = (await readAll(log, next, Math.min(batch, events - next)))
      await watch.time(() => root.transactionSync(() => values.forEach((value, i) => { table.putSync(next + i, value) })))
    }
    return watch.cost(events)
  } finally {
    await root.close()
  }
}

async function readAll(log: EntryLog, from: number, count: number): Promise<Buffer[]> {
  const values: Buffer[] = []
  while (values.length < count) {
    const page = await log.readEntries({ from: asPosition(from + values.length), limit: count - values.length })
    for (const { bytes } of page) values.push(Buffer.from(bytes))
  }
  return values
}
