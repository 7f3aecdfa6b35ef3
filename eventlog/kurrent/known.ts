/**
 * What a writer must know of the whole log to decide about an append: how far each stream has come and where each
 * event id is. It is made from the log and can be made again; beside a large log it lies on disk.
 */
import type { Database } from 'lmdb'
import { transact } from '../../platform/lmdb/transact.js'
import { openUntilReboot } from '../../platform/lmdb/until-reboot.js'
import type { Stored } from './stored.js'

export type Known = {
  /** How many events of the log are folded. */
  position(): number
  /** Id of the last event folded. */
  lastId(): string | undefined
  lastRevision(stream: string): number | undefined
  positionOf(id: string): number | undefined
  /** Takes the next events of the log. */
  fold(events: readonly Stored[]): void
  clear(): void
  close(): Promise<void>
}

export function knownInMemory(): Known {
  const heads = new Map<string, number>()
  const ids = new Map<string, number>()
  let last: Stored | undefined
  return {
    position: () => (last === undefined ? 0 : last.place.position + 1),
    lastId: () => last?.id,
    lastRevision: (stream) => heads.get(stream),
    positionOf: (id) => ids.get(id),
    fold(events) {
      for (const stored of events) {
        heads.set(stored.place.stream, stored.place.revision)
        ids.set(stored.id, stored.place.position)
        last = stored
      }
    },
    clear() {
      heads.clear()
      ids.clear()
      last = undefined
    },
    close: () => Promise.resolve(),
  }
}

type Meta = { readonly format: number; readonly position: number; readonly lastId: string }

const FORMAT = 1
const META = 'meta'

/** In folder `path`, for one process at a time. */
export function knownOnDisk(path: string): Known {
  const root = openUntilReboot(path)
  const heads: Database<number, string> = root.openDB({ name: 'heads', encoding: 'json' })
  const ids: Database<number, string> = root.openDB({ name: 'ids', encoding: 'json' })
  const metas: Database<Meta, string> = root.openDB({ name: 'meta', encoding: 'json' })
  const clear = (): void => transact(root, () => {
    for (const table of [heads, ids, metas]) table.clearSync()
  })
  if (metas.get(META)?.format !== FORMAT) clear()
  return {
    position: () => metas.get(META)?.position ?? 0,
    lastId: () => metas.get(META)?.lastId,
    lastRevision: (stream) => heads.get(stream),
    positionOf: (id) => ids.get(id),
    fold(events) {
      const last = events.at(-1)
      if (last === undefined) return
      transact(root, () => {
        for (const { id, place } of events) {
          heads.putSync(place.stream, place.revision)
          ids.putSync(id, place.position)
        }
        metas.putSync(META, { format: FORMAT, position: last.place.position + 1, lastId: last.id })
      })
    },
    clear,
    close: () => root.close(),
  }
}
