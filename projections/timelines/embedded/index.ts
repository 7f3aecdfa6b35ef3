/**
 * Timelines in LMDB: a projector writes, API processes read the same folder. Sorted sets are two tables, one to find a
 * member's scores and one in score order, plus their sizes, all changed in one transaction with the checkpoint.
 */
import { asPosition } from '../../../domain/ids.js'
import { createGroupCommit } from '../../../platform/lmdb/group-commit.js'
import { storageErrorFrom } from '../../../platform/lmdb/storage-error.js'
import { CheckpointConflictError } from '../../runtime/errors.js'
import { START, type Checkpoint, type DeadLetter } from '../../runtime/projection.js'
import type { ScoredMember, TimelineStore, TimelineUpdate } from '../store.js'
import { beginRebuild, beginRollBack, removeLeftovers } from './rebuild.js'
import { openTables, withScores, type Tables } from './tables.js'

/** Opens or creates the timelines in folder `path`. Throws StorageError. */
export async function openEmbeddedTimelines(path: string): Promise<TimelineStore> {
  const tables = openTables(path)
  const commit = createGroupCommit(tables.root, (error) => error instanceof CheckpointConflictError)
  const write = async (work: () => void): Promise<void> => {
    try {
      await commit(work)
    } catch (error) {
      throw error instanceof CheckpointConflictError ? error : storageErrorFrom(error, path)
    }
  }
  /** Sees what other processes have written. */
  const read = <T>(work: () => T): Promise<T> => {
    tables.root.resetReadTxn()
    return Promise.resolve(work())
  }

  return {
    apply: (update) => write(() => applyUpdate(tables, update)),
    checkpoint: (name, version) => read(() => checkpointOf(tables, name, version)),
    deadLetters: (name, version) => read(() => deadLettersOf(tables, name, version)),
    zcard: (key) => read(() => tables.sizes.get(key) ?? 0),
    zrangeByScore: (key, range) => read(() => membersByScore(tables, key, range)),
    hgetall: (key) => read(() => tables.hashes.get(key)),
    reset: () => write(() => {
      for (const table of [tables.members, tables.order, tables.sizes, tables.hashes, tables.checkpoints, tables.deadLetters]) table.clearSync()
    }),
    beginRebuild: () => beginRebuild(path, tables, write),
    beginRollBack: () => beginRollBack(path, tables, write),
    removeLeftovers: async () => removeLeftovers(path),
    close: () => tables.root.close(),
  }
}

function applyUpdate(tables: Tables, { name, version, from, next, scores, hashes, deadLetters }: TimelineUpdate): void {
  if (checkpointOf(tables, name, version).position !== from) throw new CheckpointConflictError(name, from)
  addMembers(tables, scores)
  for (const [key, fields] of inKeyOrder(hashes, ([key]) => key)) tables.hashes.putSync(key, { ...tables.hashes.get(key), ...fields })
  for (const { position, eventId = null, eventType = null, error } of deadLetters) {
    tables.deadLetters.putSync([name, version, position], { eventId, eventType, error })
  }
  const { position, lastEventId = null, lastEventAt = null } = next
  tables.checkpoints.putSync([name, version], { position, lastEventId, lastEventAt })
}

/** Keys hold random ids: in order, neighbours share a page of the store, which is then found and copied once. */
const inKeyOrder = <T>(items: Iterable<T>, keyOf: (item: T) => string): T[] => [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))

function addMembers(tables: Tables, scores: TimelineUpdate['scores']): void {
  const changes = new Map<string, Map<string, number>>()
  for (const [set, members] of scores) {
    for (const { member, score } of members) {
      const known = changes.get(member)
      if (known === undefined) changes.set(member, new Map([[set, score]]))
      else known.set(set, score)
    }
  }
  const added = new Map<string, number>()
  for (const [member, scored] of inKeyOrder(changes, ([member]) => member)) {
    const before = tables.members.get(member)
    for (const [set, score] of scored) {
      const known = before?.[set]
      if (known === score) continue
      if (known === undefined) added.set(set, (added.get(set) ?? 0) + 1)
      else tables.order.removeSync([set, known, member])
      tables.order.putSync([set, score, member], true)
    }
    tables.members.putSync(member, withScores(before, scored))
  }
  for (const [set, count] of added) tables.sizes.putSync(set, (tables.sizes.get(set) ?? 0) + count)
}

function checkpointOf(tables: Tables, name: string, version: number): Checkpoint {
  const stored = tables.checkpoints.get([name, version])
  if (stored === undefined) return START
  return { position: asPosition(stored.position), lastEventId: stored.lastEventId ?? undefined, lastEventAt: stored.lastEventAt ?? undefined }
}

function deadLettersOf(tables: Tables, name: string, version: number): DeadLetter[] {
  const range = tables.deadLetters.getRange({ start: [name, version, 0], end: [name, version, Number.MAX_SAFE_INTEGER] })
  return Array.from(range, ({ key, value }) =>
    ({ position: asPosition(key[2]), eventId: value.eventId ?? undefined, eventType: value.eventType ?? undefined, error: value.error }))
}

/** Sorts after every member: members are UUIDs. */
const AFTER_ALL = '\uFFFF'

function membersByScore(tables: Tables, set: string, { min = 0, max = Number.MAX_SAFE_INTEGER, limit, reverse = false }: Parameters<TimelineStore['zrangeByScore']>[1] = {}): ScoredMember[] {
  const low: [string, number, string] = [set, min, '']
  const high: [string, number, string] = [set, max, AFTER_ALL]
  const range = tables.order.getKeys({ ...(reverse ? { start: high, end: low } : { start: low, end: high }), reverse, ...(limit === undefined ? {} : { limit }) })
  return Array.from(range, ([, score, member]) => ({ member, score }))
}
