/**
 * A store for what can be made again from elsewhere: it is never flushed, so it costs the disk nothing, and it is
 * trusted only as long as the machine has not been started anew, since a crash of the machine may have torn it. Each
 * boot has a folder of its own; those of earlier boots are removed.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RootDatabase } from 'lmdb'
import { openLmdb } from './open.js'

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id'

/** For one process at a time. Where the system does not name its boots, the store is flushed like any other. */
export function openUntilReboot(path: string): RootDatabase<unknown, string> {
  const boot = bootName()
  if (boot === undefined) return openLmdb(path)
  for (const name of existsSync(path) ? readdirSync(path) : []) {
    if (name.startsWith('boot-') && name !== boot) rmSync(join(path, name), { recursive: true, force: true })
  }
  return openLmdb(join(path, boot), { sync: false })
}

function bootName(): string | undefined {
  try {
    return `boot-${readFileSync(BOOT_ID_FILE, 'utf8').trim().slice(0, 8)}`
  } catch {
    return undefined
  }
}
