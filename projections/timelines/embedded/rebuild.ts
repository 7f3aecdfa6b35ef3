/**
 * Blue/green rebuild of embedded timelines: the new content grows in a folder beside the live one and is copied into
 * it in one transaction, so readers see all of the old or all of the new. The old stays in a folder to go back to; where
 * both are equal nothing is copied, and the new one is that folder.
 */
import { existsSync, renameSync, rmSync } from 'node:fs'
import type { Database, Key } from 'lmdb'
import { transact } from '../../../platform/lmdb/transact.js'
import { takeLock } from '../../../platform/process-lock.js'
import { NoPreviousVersionError, RebuildRunningError } from '../../runtime/errors.js'
import type { TableDifference } from '../../runtime/projection.js'
import type { TimelineRebuild } from '../store.js'
import { differencesOf } from './differences.js'
import { openEmbeddedTimelines } from './index.js'
import { openTables, type Tables } from './tables.js'

type Write = (work: () => void) => Promise<void>

const besideOf = (path: string): string => `${path}.rebuild`
const previousOf = (path: string): string => `${path}.previous`
/** The old content until the switch is done. */
const asideOf = (path: string): string => `${path}.aside`

export async function beginRebuild(path: string, live: Tables, write: Write): Promise<TimelineRebuild> {
  const lock = lockRebuilds(path)
  removeFolder(besideOf(path))
  return replacement(path, besideOf(path), live, write, lock)
}

export async function beginRollBack(path: string, live: Tables, write: Write): Promise<TimelineRebuild> {
  if (!existsSync(previousOf(path))) throw new NoPreviousVersionError('timelines')
  return replacement(path, previousOf(path), live, write, lockRebuilds(path))
}

/** Removes what a rebuild that was killed has left. Throws RebuildRunningError while one runs. */
export function removeLeftovers(path: string): void {
  const lock = lockRebuilds(path)
  for (const folder of [besideOf(path), asideOf(path)]) removeFolder(folder)
  lock.release()
}

type Lock = { release(): void }

function lockRebuilds(path: string): Lock {
  const outcome = takeLock(`${path}.rebuild-lock`)
  if (outcome.ok) return outcome
  throw new RebuildRunningError('timelines', outcome.pid === undefined ? undefined : `process ${outcome.pid}`)
}

async function replacement(path: string, from: string, live: Tables, write: Write, lock: Lock): Promise<TimelineRebuild> {
  const aside = asideOf(path)
  removeFolder(aside)
  const store = await openEmbeddedTimelines(from).catch((error: unknown) => {
    lock.release()
    throw error
  })
  let differences: readonly TableDifference[] = []
  /** The folder to go back to, once there is one. */
  let replaced: string | undefined
  return {
    store,
    async replaceLive(name, version) {
      const built = openTables(from)
      const old = openTables(aside)
      let result: 'equal' | 'different' | 'moved' = 'moved'
      try {
        await write(() => {
          const key: [string, number] = [name, version]
          if ((live.checkpoints.get(key)?.position ?? 0) !== (built.checkpoints.get(key)?.position ?? 0)) return
          differences = differencesOf(live, built)
          result = differences.length === 0 ? 'equal' : 'different'
          if (result === 'equal') {
            transact(built.root, () => copyTables(placeOf(live), placeOf(built)))
          } else {
            transact(old.root, () => copyTables(tablesOf(live), tablesOf(old)))
            copyTables(tablesOf(built), tablesOf(live))
          }
        })
        replaced = hasMoved(result) ? undefined : isEqual(result) ? from : aside
      } finally {
        await Promise.all([built.root.close(), old.root.close()])
      }
      return result
    },
    async compare() {
      const built = openTables(from)
      try {
        return differencesOf(live, built)
      } finally {
        await built.root.close()
      }
    },
    differences: () => differences,
    async end() {
      await store.close()
      if (replaced !== undefined && replaced !== previousOf(path)) {
        removeFolder(previousOf(path))
        renameSync(replaced, previousOf(path))
      }
      for (const folder of [besideOf(path), aside]) removeFolder(folder)
      lock.release()
    },
  }
}

/** What goes back with a version: what readers see, where it stands, and what it could not apply. */
const tablesOf = ({ members, order, sizes, hashes, checkpoints, deadLetters }: Tables): AnyTable[] =>
  [members, order, sizes, hashes, checkpoints, deadLetters] as unknown as AnyTable[]

type AnyTable = Database<unknown, Key>

/** Where a version stands and what it could not apply: this is not compared. */
const placeOf = ({ checkpoints, deadLetters }: Tables): AnyTable[] => [checkpoints, deadLetters] as unknown as AnyTable[]

function copyTables(from: readonly AnyTable[], to: readonly AnyTable[]): void {
  from.forEach((table, i) => {
    const target = to[i] as AnyTable
    target.clearSync()
    for (const { key, value } of table.getRange()) target.putSync(key, value)
  })
}

/** Assigned inside a callback, where the compiler does not look. */
const hasMoved = (result: 'equal' | 'different' | 'moved'): boolean => result === 'moved'
const isEqual = (result: 'equal' | 'different' | 'moved'): boolean => result === 'equal'

function removeFolder(folder: string): void {
  for (const path of [folder, `${folder}-lock`]) rmSync(path, { recursive: true, force: true })
}
