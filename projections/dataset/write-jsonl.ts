/** JSON lines: one canonical JSON object a row (RFC 8785), so equal rows are equal bytes. */
import { canonicalJson } from '../../domain/canonical-json.js'
import type { DatasetColumn } from './columns.js'
import { plainValue } from './plain-value.js'
import type { RowFile } from './row-file.js'
import { createTextFile } from './text-file.js'

export function createJsonLinesFile(path: string, columns: readonly DatasetColumn[]): RowFile {
  const file = createTextFile(path)
  let rows = 0
  return {
    write(row) {
      file.append(`${canonicalJson(Object.fromEntries(columns.map((column) => [column.name, plainValue(column, row)])))}\n`)
      rows += 1
    },
    close: () => Promise.resolve({ ...file.close(), rows }),
  }
}
