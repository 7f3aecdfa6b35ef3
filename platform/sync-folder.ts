/** Makes a new or renamed entry of a folder durable: a rename is on disk only when its folder is. */
import { closeSync, fsyncSync, openSync } from 'node:fs'

export function syncFolder(path: string): void {
  // Windows cannot open a folder, and needs no such flush.
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
