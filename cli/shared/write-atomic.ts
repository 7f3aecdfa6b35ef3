/** Writes a small file whole or not at all: a reader, or a start after kill -9, never sees half of it. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'

export function writeAtomic(path: string, content: string, mode = 0o644): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'w', mode)
  try {
    writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}

export const writeJson = (path: string, value: unknown, mode?: number): void => writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`, mode)
