/** schema.json: every column with its type in each format and its meaning, for people and for programs. */
import type { ColumnKind, DatasetColumn } from './columns.js'

export const DATASET_FORMAT = 'cybermesh-calibration/1'

/** Names of types: as MLflow knows scalars, as DuckDB shows a column of the Parquet file. */
const TYPES: Readonly<Record<ColumnKind, { readonly type: string; readonly duckdb: string }>> = {
  text: { type: 'string', duckdb: 'VARCHAR' },
  int64: { type: 'long', duckdb: 'BIGINT' },
  int32: { type: 'integer', duckdb: 'INTEGER' },
  double: { type: 'double', duckdb: 'DOUBLE' },
  boolean: { type: 'boolean', duckdb: 'BOOLEAN' },
  time: { type: 'datetime', duckdb: 'TIMESTAMP WITH TIME ZONE' },
  features: { type: 'map', duckdb: 'MAP(VARCHAR, DOUBLE)' },
  engines: { type: 'map', duckdb: 'MAP(VARCHAR, STRUCT(score DOUBLE, threshold DOUBLE, fired BOOLEAN))' },
  verdicts: { type: 'array', duckdb: 'STRUCT(report_id VARCHAR, reporter_id VARCHAR, verdict VARCHAR, given_at TIMESTAMP WITH TIME ZONE)[]' },
}

export const describeColumn = ({ name, kind, isNullable, meaning }: DatasetColumn) =>
  ({ name, ...TYPES[kind], required: !isNullable, meaning })

export const schemaText = (columns: readonly DatasetColumn[], features: readonly DatasetColumn[]): string => jsonText({
  format: DATASET_FORMAT,
  columns: columns.map(describeColumn),
  /** In Parquet and CSV after the others; JSON lines have them in `features`. */
  featureColumns: features.map(describeColumn),
})

export const jsonText = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
