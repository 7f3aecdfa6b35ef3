/** The event log of a data folder: in the folder, or on the server that `up --eventlog` named when the folder was new. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasStore } from '../../platform/lmdb/foreign-store.js'
import { readJson, withAbsolutePaths } from '../config/load.js'
import { eventlogEngine, type EventlogEngine } from '../config/schema.js'
import type { Layout } from '../data-folder/layout.js'
import { openLog, type AnyLog, type OpenLog } from '../roles/engines.js'
import { UserError } from './user-error.js'
import { writeAtomic, writeJson } from './write-atomic.js'

/** Paths are absolute. Throws UserError where the file that names the server is damaged. */
export function eventlogEngineOf(layout: Layout): EventlogEngine {
  const path = layout.eventlogEngine
  if (!existsSync(path)) return { kind: 'embedded', path: layout.eventlog }
  const parsed = eventlogEngine.safeParse(readJson(path, 'event log engine'))
  if (!parsed.success) throw new UserError('BAD_CONFIG', `${path} names no event log; write {"kind": "kurrent", "urlFile": "eventlog.url"} into it`)
  return withAbsolutePaths(parsed.data, dirname(path)) as EventlogEngine
}

/** False where nothing was ever recorded. Throws where a folder holds something else. */
export const hasLog = (layout: Layout): boolean => eventlogEngineOf(layout).kind === 'kurrent' || hasStore(layout.eventlog)

export const openFolderLog = (layout: Layout, options: OpenLog): Promise<AnyLog> => openLog(eventlogEngineOf(layout), options)

/**
 * Writes down which server holds the log, once it has answered; undefined: the log stays where it is. Throws where the
 * folder has a log of its own, or the server's belongs to another chain.
 */
export async function chooseEventLog(layout: Layout, url: string | undefined, chainId: string): Promise<void> {
  if (url === undefined) return
  if (!existsSync(layout.eventlogEngine) && hasStore(layout.eventlog)) {
    throw new UserError('OTHER_LOG', `${layout.folder} holds an event log of its own, which cannot move to a server; leave out --eventlog or choose another folder with --data`)
  }
  const { openKurrentLog } = await import('../../eventlog/kurrent/index.js')
  await (await openKurrentLog({ url, chainId })).close()
  writeAtomic(layout.eventlogUrl, `${url}\n`, 0o600)
  writeJson(layout.eventlogEngine, { kind: 'kurrent', urlFile: 'eventlog.url' })
}
