/** A file of rows in one of the formats; all of them take the same columns. */
import type { DatasetColumn } from './columns.js'
import type { DatasetRow } from './row.js'
import type { FileFacts } from './text-file.js'
import { createCsvFile } from './write-csv.js'
import { createJsonLinesFile } from './write-jsonl.js'
import { createParquetFile } from './write-parquet.js'

export type RowFile = { write(row: DatasetRow): void; close(): Promise<FileFacts & { readonly rows: number }> }

export const FORMATS = ['parquet', 'jsonl', 'csv'] as const
export type DatasetFormat = (typeof FORMATS)[number]

/** @param features columns of single features; JSON lines have them in `features` alone */
export function createRowFile(format: DatasetFormat, path: string, columns: readonly DatasetColumn[], features: readonly DatasetColumn[]): RowFile {
  switch (format) {
    case 'parquet': return createParquetFile(path, [...columns, ...features])
    case 'csv': return createCsvFile(path, [...columns, ...features])
    case 'jsonl': return createJsonLinesFile(path, columns)
  }
}
