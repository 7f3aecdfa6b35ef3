/**
 * The part of PostgreSQL's wire protocol, version 3, that a proxy needs: cutting a stream into messages, reading the SQL
 * of a query, and writing the few messages of its own. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

export type Message = { readonly type: string; readonly bytes: Buffer }

/** Takes chunks as they come and gives whole messages: a letter, a length that counts itself, a body. */
export function createMessageReader(): (chunk: Buffer) => Message[] {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const messages: Message[] = []
    while (rest.length >= 5) {
      const end = 1 + rest.readUInt32BE(1)
      if (rest.length < end) break
      messages.push({ type: String.fromCharCode(rest[0] as number), bytes: rest.subarray(0, end) })
      rest = rest.subarray(end)
    }
    return messages
  }
}

const BODY = 5

/** The SQL of a simple query. */
export const sqlOfQuery = ({ bytes }: Message): string => bytes.toString('utf8', BODY, bytes.length - 1)

/** Name and SQL of a statement that is being prepared. */
export function readParse({ bytes }: Message): { readonly name: string; readonly sql: string } {
  const nameEnd = bytes.indexOf(0, BODY)
  const sqlEnd = bytes.indexOf(0, nameEnd + 1)
  return { name: bytes.toString('utf8', BODY, nameEnd), sql: bytes.toString('utf8', nameEnd + 1, sqlEnd) }
}

/** The prepared statement that a Bind uses. */
export function readBind({ bytes }: Message): string {
  const portalEnd = bytes.indexOf(0, BODY)
  return bytes.toString('utf8', portalEnd + 1, bytes.indexOf(0, portalEnd + 1))
}

export const queryMessage = (sql: string): Buffer => message('Q', Buffer.from(`${sql}\0`))

/** The same Parse with other SQL; name and parameter types stay. */
export function parseWithSql(parse: Message, sql: string): Buffer {
  const nameEnd = parse.bytes.indexOf(0, BODY)
  const sqlEnd = parse.bytes.indexOf(0, nameEnd + 1)
  return message('P', Buffer.concat([parse.bytes.subarray(BODY, nameEnd + 1), Buffer.from(`${sql}\0`), parse.bytes.subarray(sqlEnd + 1)]))
}

export const errorMessage = (code: string, text: string): Buffer =>
  message('E', Buffer.from(`SERROR\0VERROR\0C${code}\0M${text}\0\0`))

/** The SQLSTATE of an ErrorResponse. */
export const codeOfError = ({ bytes }: Message): string | undefined =>
  bytes.toString('utf8', BODY).split('\0').find((field) => field.startsWith('C'))?.slice(1)

/** I: no transaction; T: in one; E: in one that failed. */
export type TransactionStatus = 'I' | 'T' | 'E'
export const statusOf = ({ bytes }: Message): TransactionStatus => String.fromCharCode(bytes[BODY] as number) as TransactionStatus

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(BODY)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const PROTOCOL_3 = 196_608

/** What a connection begins with: its parameters, or a request of another kind (TLS, GSS, cancel). */
export type Startup =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'encryption'; readonly rest: Buffer }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'parameters'; readonly parameters: ReadonlyMap<string, string>; readonly rest: Buffer }

export function readStartup(bytes: Buffer): Startup {
  if (bytes.length < 8 || bytes.length < bytes.readUInt32BE(0)) return { kind: 'incomplete' }
  const length = bytes.readUInt32BE(0)
  const code = bytes.readUInt32BE(4)
  const rest = bytes.subarray(length)
  if (code === 80_877_102) return { kind: 'cancel' }
  if (code !== PROTOCOL_3) return { kind: 'encryption', rest }
  const words = bytes.toString('utf8', 8, length - 2).split('\0')
  const parameters = new Map<string, string>()
  for (let i = 0; i + 1 < words.length; i += 2) parameters.set(words[i] as string, words[i + 1] as string)
  return { kind: 'parameters', parameters, rest }
}

export function startupMessage(parameters: ReadonlyMap<string, string>): Buffer {
  const body = Buffer.from(`${[...parameters].flat().join('\0')}\0\0`)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(body.length + 8, 0)
  head.writeUInt32BE(PROTOCOL_3, 4)
  return Buffer.concat([head, body])
}
