/** CSV of RFC 4180 with a header: null is an empty field, an empty text is "", and what has parts is JSON. */
import { canonicalJson } from '../../domain/canonical-json.js'
import type { DatasetColumn } from './columns.js'
import { plainValue } from './plain-value.js'
import type { RowFile } from './row-file.js'
import { createTextFile } from './text-file.js'

export function createCsvFile(path: string, columns: readonly DatasetColumn[]): RowFile {
  const file = createTextFile(path)
  let rows = 0
  file.append(`${columns.map(({ name }) => field(name)).join(',')}\r\n`)
  return {
    write(row) {
      const fields = columns.map((column) => {
        const value = plainValue(column, row)
        if (value === null) return ''
        return typeof value === 'string' ? field(value) : field(canonicalJson(value))
      })
      file.append(`${fields.join(',')}\r\n`)
      rows += 1
    },
    close: () => Promise.resolve({ ...file.close(), rows }),
  }
}

const field = (text: string): string => (text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
