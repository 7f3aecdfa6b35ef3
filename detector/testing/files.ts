/** Files for tests: temporary ones, and the data sets that some tests need and that are never part of the project. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openSource, type FileItem } from '../sources/open-source.js'

let folder: string | undefined
let count = 0

export function tempFile(content: Uint8Array | string, name = 'file'): string {
  folder ??= newFolder()
  const path = join(folder, `${count++}-${name}`)
  writeFileSync(path, content)
  return path
}

function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cybermesh-detector-'))
  process.once('exit', () => { rmSync(made, { recursive: true, force: true }) })
  return made
}

export async function readAll(path: string): Promise<FileItem[]> {
  const items: FileItem[] = []
  for await (const item of (await openSource(path)).items) items.push(item)
  return items
}

export const DATA_FOLDER = resolve(process.env['CYBERMESH_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data'))
export const HAS_DATA = existsSync(join(DATA_FOLDER, 'pcap', 'attack'))
/** Appended to the names of tests that are skipped without the data. */
export const NEEDS_DATA = HAS_DATA ? '' : ' (skipped: set CYBERMESH_DATA to the folder of labelled traffic)'
