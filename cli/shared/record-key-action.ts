/** Keys that are made or revoked within a data folder are events of its log; those made elsewhere belong to no log yet. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { layoutOf } from '../data-folder/layout.js'
import { openExisting } from '../data-folder/open.js'
import { hasLog } from './folder-log.js'
import { recordOperatorAction, type ActorFlag } from './operator-actions.js'

/** @param file that was written */
export async function recordKeyAction(file: string, flags: ActorFlag, action: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const folder = dataFolderOf(resolve(file))
  if (folder === undefined || !hasLog(layoutOf(folder))) return
  await recordOperatorAction(openExisting(folder), flags, { action, resource: file, result: 'success', fields })
}

/** The folder itself, or its `keys`. */
function dataFolderOf(file: string): string | undefined {
  const folder = dirname(file)
  return [folder, dirname(folder)].find((one) => existsSync(layoutOf(one).marker))
}
