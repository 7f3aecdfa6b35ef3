/**
 * Where the rest of a file is after it was rotated. Rotation renames (`conn.log` to `conn.log.1`) or copies and
 * truncates; either way the rest stands in a file beside it whose name begins with its name, and what was written after
 * that in files that were changed later. Compressed ones cannot be gone on in.
 */
import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { unreadable } from '../errors.js'
import { hashBefore, type FilePosition } from './file-position.js'

export type Found = { readonly path: string; readonly inode: string; readonly changedMs: number }

/** Rotated files that are looked at; a folder that keeps more has the newest of them first. */
const MAX_FILES = 100

export async function inodeOf(path: string): Promise<string | undefined> {
  return (await statOf(path))?.inode
}

/** The file that `position` was taken from, at the same place or beside it; undefined where it is gone. */
export async function findFile(path: string, position: FilePosition): Promise<Found | undefined> {
  const current = await statOf(path)
  if (current?.inode === position.inode && (await continues(path, position))) return current
  const rotated = await rotatedOf(path)
  const same = rotated.filter((one) => one.inode === position.inode)
  // A copy has another inode, and only bytes can tell it; of a position at the very beginning they tell nothing.
  const copies = position.offset === 0 ? [] : rotated.filter((one) => one.inode !== position.inode)
  for (const one of [...same, ...copies]) if (await continues(one.path, position)) return one
  return undefined
}

/** The next file that was written after `earlier`: a rotated one, or the current one; undefined where there is none yet. */
export async function nextFile(path: string, earlier: { readonly inode: string; readonly changedMs: number }): Promise<Found | undefined> {
  const later = (await rotatedOf(path)).filter((one) => one.changedMs > earlier.changedMs && one.inode !== earlier.inode)
  const current = await statOf(path)
  return later.at(-1) ?? (current?.inode === earlier.inode ? undefined : current)
}

/** Newest first. */
async function rotatedOf(path: string): Promise<Found[]> {
  const folder = dirname(path)
  const name = basename(path)
  const names = (await readdir(folder)).filter((one) => one !== name && one.startsWith(name))
  const found = await Promise.all(names.map((one) => statOf(join(folder, one))))
  const plain = await Promise.all(found.filter((one) => one !== undefined).map(async (one) => (await isCompressed(one.path)) ? [] : [one]))
  return plain.flat().sort((a, b) => b.changedMs - a.changedMs).slice(0, MAX_FILES)
}

async function statOf(path: string): Promise<Found | undefined> {
  try {
    const found = await stat(path, { bigint: true })
    return found.isFile() ? { path, inode: String(found.ino), changedMs: Number(found.mtimeNs) / 1e6 } : notAFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function notAFile(path: string): never {
  throw unreadable(path, Object.assign(new Error('not a file'), { code: 'EISDIR' }))
}

async function continues(path: string, { offset, before }: FilePosition): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    return (await hashBefore(file, offset)) === before
  } finally {
    await file.close()
  }
}

async function isCompressed(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.alloc(4)
    await file.read(bytes, 0, 4, 0)
    const magic = bytes.readUInt32BE(0)
    return magic >>> 16 === 0x1f8b || magic === 0x28b52ffd || magic === 0xfd377a58
  } finally {
    await file.close()
  }
}
