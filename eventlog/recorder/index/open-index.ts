/**
 * The recorder's own view of the log on LMDB: a fold with its position, caught up at start, built again from zero when
 * it was deleted or belongs to another log. Beside it lie the validators' receipts, which they serve again on request.
 */
import type { Database } from 'lmdb'
import type { Json } from '../../../domain/canonical-json.js'
import type { ChainId } from '../../../domain/ids.js'
import { createGroupCommit } from '../../../platform/lmdb/group-commit.js'
import { openUntilReboot } from '../../../platform/lmdb/until-reboot.js'
import type { EventLog } from '../../log.js'
import { createLayer, type FactLayer, type FactReader } from './facts.js'
import { foldEvent } from './fold.js'

export type RecorderIndex = FactReader & {
  /** Position of the first event not folded yet. */
  position(): number
  /** Folds what the log has beyond `position`. Returns how many events that was. */
  catchUp(log: EventLog): Promise<number>
  /** Writes a layer and the new position, all or nothing; a killed process loses nothing, a lost machine the index. */
  write(layer: FactLayer, position: number): Promise<void>
  close(): Promise<void>
}

type Meta = { readonly format: number; readonly chainId: string; readonly position: number }

/** Raised whenever folding changes; an index of another format is built again. */
const INDEX_FORMAT = 1
const META = 'meta'
const CATCH_UP_BATCH = 1000

export function openRecorderIndex(path: string, chainId: ChainId): RecorderIndex {
  const root = openUntilReboot(path)
  const facts: Database<Json, string> = root.openDB({ name: 'facts', encoding: 'json' })
  const meta: Database<Meta, string> = root.openDB({ name: 'meta', encoding: 'json' })
  const commit = createGroupCommit(root, () => false)
  const get = (key: string): Json | undefined => facts.get(key)
  const stored = (): Meta | undefined => meta.get(META)
  const position = (): number => stored()?.position ?? 0

  const clear = (): Promise<void> => commit(() => {
    facts.clearSync()
    meta.putSync(META, { format: INDEX_FORMAT, chainId, position: 0 })
  })

  function write(layer: FactLayer, next: number): Promise<void> {
    return commit(() => {
      for (const [key, value] of layer.changes) {
        if (value === null) facts.removeSync(key)
        else facts.putSync(key, value)
      }
      if (next !== position()) meta.putSync(META, { format: INDEX_FORMAT, chainId, position: next })
    })
  }

  return {
    get,
    *keys(prefix, limit) {
      yield* facts.getKeys({ start: prefix, end: `${prefix}\uffff`, limit })
    },
    position,
    async catchUp(log) {
      const known = stored()
      if (known?.format !== INDEX_FORMAT || known.chainId !== chainId || known.position > (await log.length())) await clear()
      let folded = 0
      let layer = createLayer({ get })
      let next = position()
      for await (const { event, id, position: at } of log.readAll({ from: next })) {
        foldEvent(layer, event, id)
        next = at + 1
        folded += 1
        if (folded % CATCH_UP_BATCH === 0) {
          await write(layer, next)
          layer = createLayer({ get })
        }
      }
      await write(layer, next)
      return folded
    },
    write,
    close: () => root.close(),
  }
}
