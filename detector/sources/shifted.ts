/** A recording without its first part. Its length is not known before it was read, so it is read once to count. */
import { isAborted } from './pace.js'
import type { SourceItem } from './records.js'

/**
 * @param open opens the items anew
 * @param share from 0 to 1, of the items that are left out
 */
export async function shifted(open: () => Promise<AsyncIterable<SourceItem>>, share: number, signal: AbortSignal | undefined): Promise<AsyncIterable<SourceItem>> {
  let count = 0
  for await (const _item of await open()) {
    count += 1
    if (isAborted(signal)) break
  }
  return without(await open(), Math.floor(share * count))
}

async function* without(items: AsyncIterable<SourceItem>, first: number): AsyncGenerator<SourceItem> {
  let seen = 0
  for await (const item of items) {
    seen += 1
    if (seen > first) yield item
  }
}
