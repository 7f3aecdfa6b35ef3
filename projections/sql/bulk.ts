/** Many rows in one statement: an array a column, unnested by the server, so that a rebuild is not a round trip a row. */
import { arrayLiteral } from './array-literal.js'
import type { Column } from './column.js'
import { copyRows } from './copy.js'
import type { SqlStatement } from './statement.js'

export type { Column, ColumnType } from './column.js'

/** CockroachDB asks for small statements; PostgreSQL gains little beyond a thousand rows. */
const ROWS_PER_STATEMENT = 1000

/** `INSERT INTO table SELECT ... ON CONFLICT conflict`, as many statements as the rows need. */
export function insertRows<Row>(table: string, columns: readonly Column<Row>[], rows: readonly Row[], conflict: string): SqlStatement[] {
  const names = columns.map(({ name }) => name).join(', ')
  return inChunks(rows).map((chunk) => ({
    text: `INSERT INTO ${table} (${names}) SELECT ${selectList(columns)} FROM ${unnested(columns)} ON CONFLICT ${conflict}`,
    get values() { return arraysOf(columns, chunk) },
    ...(conflict.endsWith('DO NOTHING') ? { copy: copyRows(table, columns, chunk) } : {}),
  }))
}

/** `UPDATE table SET assignments FROM changed WHERE condition`; assignments and condition name the new values `changed.column`. */
export function updateRows<Row>(table: string, columns: readonly Column<Row>[], rows: readonly Row[], assignments: string, condition: string): SqlStatement[] {
  return inChunks(rows).map((chunk) => ({
    text: `UPDATE ${table} SET ${assignments} FROM (SELECT ${selectList(columns)} FROM ${unnested(columns)}) AS changed WHERE ${condition}`,
    get values() { return arraysOf(columns, chunk) },
  }))
}

/** jsonb goes over the wire as text: an array of JSON documents is not a JSON array. */
const selectList = (columns: readonly Column<never>[]): string =>
  columns.map(({ name, type }) => (type === 'jsonb' ? `${name}::jsonb AS ${name}` : name)).join(', ')

function unnested(columns: readonly Column<never>[]): string {
  const arrays = columns.map(({ type }, i) => `$${i + 1}::${type === 'jsonb' ? 'text' : type}[]`)
  return `unnest(${arrays.join(', ')}) AS given (${columns.map(({ name }) => name).join(', ')})`
}

const arraysOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] =>
  columns.map(({ type, value }) => arrayLiteral(type, rows, value))

function inChunks<Row>(rows: readonly Row[]): Row[][] {
  const chunks: Row[][] = []
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) chunks.push(rows.slice(start, start + ROWS_PER_STATEMENT))
  return chunks
}
