/** The rows that a table has now, as items for a pipeline that ends. */
import { openTableSource } from '../../detector/live/index.js'
import type { SourceItem } from '../../detector/sources/records.js'

const EXAMPLES = 3

/** @param onWarning hears of what is slow, and of the first rows that were left out */
export async function* readTableOnce(
  table: { readonly url: string; readonly table: string; readonly idColumn?: string | undefined },
  onWarning: (sentence: string) => void, signal = new AbortController().signal,
): AsyncGenerator<SourceItem> {
  const source = openTableSource({ ...table, follow: false, holdMs: 0, onWarning })
  let left = 0
  try {
    for await (const item of source.read(undefined, signal)) {
      if (item.kind === 'mark') continue
      if (item.kind === 'skipped' && left++ < EXAMPLES) {
        onWarning(`left out (${item.reason}): ${item.where ?? 'a row'}, ${item.field ?? 'the row'} is ${JSON.stringify(item.value?.slice(0, 100) ?? null)}`)
      }
      yield item
    }
  } finally {
    await source.close()
  }
}
