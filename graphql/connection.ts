/**
 * Relay connections over keyset pages. A cursor names a row by its unique key, so rows that arrive above a page never
 * shift the next one; whether there is more is known from one row beyond the page, never from a count.
 * https://relay.dev/graphql/connections.htm
 */
import type { KeysetPage } from '../projections/index.js'
import { badInput } from './errors.js'

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
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null }
}

/**
 * @param kind what the cursors belong to; a cursor of another list is refused
 * @param read the rows of a page in list order
 */
export async function readConnection<Node>(
  kind: string, args: ConnectionArguments, keyOf: (node: Node) => number, read: (page: KeysetPage) => Promise<readonly Node[]>,
): Promise<Connection<Node>> {
  const first = sizeOf('first', args.first)
  const last = sizeOf('last', args.last)
  if (first !== undefined && last !== undefined) throw badInput('last', 'use either first or last, not both')
  const after = keyOfCursor(kind, 'after', args.after)
  const before = keyOfCursor(kind, 'before', args.before)
  const size = last ?? first ?? DEFAULT_PAGE
  const rows = await read({
    limit: size + 1, fromEnd: last !== undefined,
    ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }),
  })
  const isMore = rows.length > size
  const nodes = !isMore ? rows : last === undefined ? rows.slice(0, size) : rows.slice(rows.length - size)
  const edges = nodes.map((node) => ({ cursor: cursorOf(kind, keyOf(node)), node }))
  return {
    edges,
    nodes,
    pageInfo: {
      // The row a cursor names lies just outside the page, so a cursor means there is something on that side.
      hasNextPage: last === undefined ? isMore : before !== undefined,
      hasPreviousPage: last === undefined ? after !== undefined : isMore,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

function sizeOf(field: string, value: number | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined
  if (value < 1 || value > LARGEST_PAGE) throw badInput(field, `must be from 1 to ${LARGEST_PAGE}, got ${value}`)
  return value
}

const cursorOf = (kind: string, key: number): string => Buffer.from(`1:${kind}:${key}`).toString('base64url')

function keyOfCursor(kind: string, field: string, cursor: string | null | undefined): number | undefined {
  if (cursor === null || cursor === undefined) return undefined
  const [version, cursorKind, key] = Buffer.from(cursor, 'base64url').toString().split(':')
  if (version !== '1' || cursorKind !== kind || key === undefined || !/^\d{1,16}$/.test(key)) {
    throw badInput(field, `is not a cursor of this list; use a value of pageInfo or edges.cursor`)
  }
  return Number(key)
}
