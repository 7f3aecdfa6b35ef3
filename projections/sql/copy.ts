/**
 * Many rows by COPY, for tables that hold none of them yet: less than half of what the same rows cost the server as
 * arrays. A row that is there already is an error, so whoever copies must be ready to insert instead.
 */
import pg from 'pg'
import type { Column } from './column.js'
import type { SqlRunner } from './runner.js'

export type CopyStatement = { /** `COPY table (columns) FROM STDIN` */ readonly text: string; readonly lines: () => string }

export const copyRows = <Row>(table: string, columns: readonly Column<Row>[], rows: readonly Row[]): CopyStatement =>
  ({ text: `COPY ${table} (${columns.map(({ name }) => name).join(', ')}) FROM STDIN`, lines: () => copyLines(columns, rows) })

/** A line a row, as COPY's text format has it. */
export function copyLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  let lines = ''
  for (const row of rows) {
    let separator = ''
    for (const { type, value } of columns) {
      const item = value(row)
      lines += separator + (item === null || item === undefined ? '\\N' : fieldOf(type, item))
      separator = '\t'
    }
    lines += '\n'
  }
  return lines
}

function fieldOf(type: Column<never>['type'], item: unknown): string {
  if (type === 'bytea') return typeof item === 'string' ? `\\${item}` : `\\\\x${(item as Buffer).toString('hex')}`
  const text = String(item)
  return (type === 'text' || type === 'jsonb') && SPECIAL.test(text) ? text.replaceAll(EACH_SPECIAL, (one) => ESCAPES[one] ?? one) : text
}

const SPECIAL = /[\\\n\r\t]/
const EACH_SPECIAL = /[\\\n\r\t]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

type CopyConnection = { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }

/** Resolves once the server has taken all lines. */
export function runCopy(client: SqlRunner, { text }: CopyStatement, lines: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(text, (error: Error | null | undefined) => {
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
    // The driver knows COPY as far as to ask the query for its data, and refuses where nobody answers.
    Object.assign(query, {
      handleCopyInResponse(connection: CopyConnection) {
        connection.sendCopyFromChunk(Buffer.from(lines))
        connection.endCopyFrom()
      },
    })
    client.query(query)
  })
}
