/**
 * Relay connections over keyset pages, pinned to a position. A cursor names a row by its unique key and the position of
 * the read model when its first page was read: what the log says later is on no page that follows. Whether there is more
 * is known from one row beyond the page, never from a count. https://relay.dev/graphql/connections.htm
 */
import type { KeysetPage } from '../projections/index.js'
import { badInput } from './errors.js'
import { GraphQLError } from './graphql-js.js'

export const DEFAULT_PAGE = 50
export const LARGEST_PAGE = 200

export type ConnectionArguments = {
  readonly first?: number | null
  readonly after?: string | null
  readonly last?: number | null
  readonly before?: string | null
}

export type Connection<Node> = {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[]
  readonly nodes: readonly Node[]
  readonly pageInfo: {
    readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null
    /** The position that these pages are pinned to. */
    readonly position: number | null
  }
}

/** Which list, and where the read model behind it stands in this request. */
export type ListOf<Node> = { readonly kind: string; readonly position: number | undefined; readonly keyOf: (node: Node) => number }

/** @param read the rows of a page in list order, of what lies below the position `pin` */
export async function readConnection<Node>(
  { kind, position, keyOf }: ListOf<Node>, args: ConnectionArguments, read: (page: KeysetPage, pin: number | undefined) => Promise<readonly Node[]>,
): Promise<Connection<Node>> {
  const first = sizeOf('first', args.first)
  const last = sizeOf('last', args.last)
  if (first !== undefined && last !== undefined) throw badInput('last', 'use either first or last, not both')
  const after = readCursor(kind, 'after', args.after)
  const before = readCursor(kind, 'before', args.before)
  const pin = after?.pin ?? before?.pin ?? position
  if (after !== undefined && before !== undefined && after.pin !== before.pin) throw badInput('before', 'is pinned to another position than after; take both cursors from pages of one walk')
  if (pin !== undefined && position !== undefined && pin > position) {
    throw new GraphQLError(`the cursor is of position ${pin}, the read model stands at ${position}; ask again in a moment`, { extensions: { code: 'NOT_YET', position, minPosition: pin } })
  }
  const size = last ?? first ?? DEFAULT_PAGE
  const rows = await read({
    limit: size + 1, fromEnd: last !== undefined,
    ...(after === undefined ? {} : { after: after.key }), ...(before === undefined ? {} : { before: before.key }),
  }, pin)
  const isMore = rows.length > size
  const nodes = !isMore ? rows : last === undefined ? rows.slice(0, size) : rows.slice(rows.length - size)
  const edges = nodes.map((node) => ({ cursor: cursorOf(kind, keyOf(node), pin), node }))
  return {
    edges,
    nodes,
    pageInfo: {
      // The row a cursor names lies just outside the page, so a cursor means there is something on that side.
      hasNextPage: last === undefined ? isMore : before !== undefined,
      hasPreviousPage: last === undefined ? after !== undefined : isMore,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
      position: pin ?? null,
    },
  }
}

function sizeOf(field: string, value: number | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined
  if (value < 1 || value > LARGEST_PAGE) throw badInput(field, `must be from 1 to ${LARGEST_PAGE}, got ${value}`)
  return value
}

const cursorOf = (kind: string, key: number, pin: number | undefined): string => Buffer.from(`2:${kind}:${key}:${pin ?? ''}`).toString('base64url')

type Cursor = { readonly key: number; readonly pin: number | undefined }

function readCursor(kind: string, field: string, text: string | null | undefined): Cursor | undefined {
  if (text === null || text === undefined) return undefined
  const [, key, pin] = new RegExp(`^2:${kind}:(\\d{1,15}):(\\d{0,15})$`).exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (key === undefined || pin === undefined) throw badInput(field, `is not a cursor of this list; use a value of pageInfo or edges.cursor`)
  return { key: Number(key), pin: pin === '' ? undefined : Number(pin) }
}
