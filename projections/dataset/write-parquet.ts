/**
 * Parquet by hyparquet-writer: typed columns, features as a MAP, engines as a MAP of structs, verdicts as a LIST of
 * structs. Row groups are written when they are full, so memory holds one of them.
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
import type { SchemaElement } from 'hyparquet'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import type { StandingVerdict } from '../../domain/verdict/standing-verdicts.js'
import type { EngineScore } from '../calibration/read-payload.js'
import type { ColumnKind, ColumnValue, DatasetColumn } from './columns.js'
import { verdictMillis } from './plain-value.js'
import type { RowFile } from './row-file.js'
import type { DatasetRow } from './row.js'
import { hashFile, syncFile } from './text-file.js'

/** Rows with hundreds of features each: some tens of megabytes. */
const ROWS_PER_GROUP = 10_000

export function createParquetFile(path: string, columns: readonly DatasetColumn[]): RowFile {
  const writer = new ParquetWriter({ writer: fileWriter(path), schema: schemaOf(columns), createdBy: 'cybermesh-calibration/1' })
  let group: DatasetRow[] = []
  let rows = 0
  const flush = (): void => {
    const columnData = columns.map((column) => ({ name: column.name, data: group.map((row) => encode(column.kind, column.value(row))) }))
    // A file is written at once: no promise comes back.
    void writer.write({ columnData, rowGroupSize: ROWS_PER_GROUP })
    group = []
  }
  return {
    write(row) {
      group.push(row)
      rows += 1
      if (group.length === ROWS_PER_GROUP) flush()
    },
    async close() {
      if (group.length > 0) flush()
      await writer.finish()
      syncFile(path)
      return { ...(await hashFile(path)), rows }
    },
  }
}

const schemaOf = (columns: readonly DatasetColumn[]): SchemaElement[] => [{ name: 'root', num_children: columns.length }, ...columns.flatMap(elementsOf)]

function elementsOf({ name, kind, isNullable }: DatasetColumn): SchemaElement[] {
  const repetition_type = isNullable ? 'OPTIONAL' : 'REQUIRED'
  switch (kind) {
    case 'features': return [...mapOf(name, repetition_type), { name: 'value', type: 'DOUBLE', repetition_type: 'REQUIRED' }]
    case 'engines': return [
      ...mapOf(name, repetition_type), { name: 'value', repetition_type: 'REQUIRED', num_children: 3 },
      { name: 'score', type: 'DOUBLE', repetition_type: 'REQUIRED' }, { name: 'threshold', type: 'DOUBLE', repetition_type: 'OPTIONAL' }, { name: 'fired', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
    ]
    case 'verdicts': return [
      { name, repetition_type, converted_type: 'LIST', num_children: 1 }, { name: 'list', repetition_type: 'REPEATED', num_children: 1 }, { name: 'element', repetition_type: 'REQUIRED', num_children: 4 },
      text('report_id'), text('reporter_id'), text('verdict'), { name: 'given_at', ...TIME, repetition_type: 'REQUIRED' },
    ]
    default: return [{ name, ...SCALARS[kind], repetition_type }]
  }
}

const mapOf = (name: string, repetition_type: 'OPTIONAL' | 'REQUIRED'): SchemaElement[] => [
  { name, repetition_type, converted_type: 'MAP', num_children: 1 }, { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 }, text('key'),
]
const text = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' })

const TIME = { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' }, converted_type: 'TIMESTAMP_MILLIS' } as const satisfies Partial<SchemaElement>
const SCALARS = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, int64: { type: 'INT64' }, int32: { type: 'INT32' }, double: { type: 'DOUBLE' }, boolean: { type: 'BOOLEAN' }, time: TIME,
} as const satisfies Readonly<Record<Exclude<ColumnKind, 'features' | 'engines' | 'verdicts'>, Partial<SchemaElement>>>

function encode(kind: ColumnKind, value: ColumnValue): unknown {
  if (value === null) return null
  switch (kind) {
    case 'int64': case 'time': return BigInt(value as number)
    case 'features': case 'engines': return Object.entries(value as Readonly<Record<string, number | EngineScore>>).map(([key, one]) => ({ key, value: one }))
    case 'verdicts': return (value as readonly StandingVerdict[]).map((verdict) =>
      ({ report_id: verdict.reportId, reporter_id: verdict.reporterId, verdict: verdict.verdict, given_at: BigInt(verdictMillis(verdict)) }))
    default: return value
  }
}
