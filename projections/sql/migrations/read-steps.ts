/**
 * The steps of a schema as a dialect takes them: `NNN-name.sql`, or in its place `NNN-name.cockroachdb.sql` where there
 * is one. A step that only one dialect needs has only that file.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dialect } from '../dialect.js'

export type Step = { readonly name: string; readonly sql: string; readonly checksum: string }

const FILE = /^(.+?)(?:\.(cockroachdb|postgresql))?\.sql$/

export async function readSteps(folder: string, dialect: Dialect): Promise<Step[]> {
  const files = new Map<string, string>()
  // Sorted, a variant comes before the file it replaces.
  for (const file of (await readdir(folder)).sort()) {
    const [, name, only] = FILE.exec(file) ?? []
    if (name === undefined || (only !== undefined && only !== dialect)) continue
    if (only !== undefined || !files.has(name)) files.set(name, file)
  }
  return Promise.all([...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(async ([name, file]) => {
    const sql = await readFile(join(folder, file), 'utf8')
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  }))
}
