/**
 * A column of rows as the text of a PostgreSQL array. The driver writes any array of anything and looks at each
 * element for what it is; here the type is known, and most types have nothing that must be escaped.
 */
import type { ColumnType } from './column.js'

/** null and undefined become NULL. */
export function arrayLiteral<Row>(type: ColumnType, rows: readonly Row[], value: (row: Row) => unknown): string {
  const write = type === 'text' || type === 'jsonb' ? quoted : type === 'bytea' ? hexadecimal : plain
  let literal = '{'
  for (const row of rows) {
    if (literal.length > 1) literal += ','
    const item = value(row)
    literal += item === null || item === undefined ? 'NULL' : write(item)
  }
  return `${literal}}`
}

/** Numbers, truth values, UUIDs and RFC 3339 times have no character that means something in an array. */
const plain = (item: unknown): string => String(item)

/** A backslash in an array stands for the character behind it. */
const hexadecimal = (item: unknown): string => (typeof item === 'string' ? `\\${item}` : `\\\\x${(item as Buffer).toString('hex')}`)

function quoted(item: unknown): string {
  const text = String(item)
  return SPECIAL.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`
}

const SPECIAL = /["\\]/
