/**
 * Blue/green rebuild of embedded timelines: the new content grows in a folder beside the live one and is copied into
 * it in one transaction, so readers see all of the old or all of the new.
 */
import { rmSync } from 'node:fs'
import type { Database, Key } from 'lmdb'
import type { TimelineRebuild } from '../store.js'
import { openEmbeddedTimelines } from './index.js'
import { openTables, type Tables } from './tables.js'

export async function beginRebuild(path: string, live: Tables, write: (work: () => void) => Promise<void>): Promise<TimelineRebuild> {
  const beside = `${path}.rebuild`
  rmSync(beside, { recursive: true, force: true })
  const store = await openEmbeddedTimelines(beside)
  return {
    store,
    async replaceLive(name, version) {
      const built = openTables(beside)
      let result: 'equal' | 'different' | 'moved' = 'moved'
      await write(() => {
        const key: [string, number] = [name, version]
        if ((live.checkpoints.get(key)?.position ?? 0) !== (built.checkpoints.get(key)?.position ?? 0)) return
        const pairs = contentOf(live).map((table, i) => [table, contentOf(built)[i] as AnyTable] as const)
        result = pairs.every(([old, next]) => areEqual(old, next)) ? 'equal' : 'different'
        if (result === 'equal') return
        for (const [old, next] of pairs) {
          old.clearSync()
          for (const { key: entryKey, value } of next.getRange()) old.putSync(entryKey, value)
        }
      })
      await built.root.close()
      return result
    },
    async end() {
      await store.close()
      rmSync(beside, { recursive: true, force: true })
    },
  }
}

type AnyTable = Database<unknown, Key>

/** What readers see; the checkpoints are at the same position already. */
const contentOf = ({ members, order, sizes, hashes }: Tables): AnyTable[] => [members, order, sizes, hashes] as unknown as AnyTable[]

function areEqual(left: AnyTable, right: AnyTable): boolean {
  const others = right.getRange()[Symbol.iterator]()
  for (const entry of left.getRange()) {
    const other = others.next()
    if (other.done === true || JSON.stringify(entry) !== JSON.stringify(other.value)) return false
  }
  return others.next().done === true
}
