/** The two scalars of the schema; a wrong literal is refused with what is expected. */
import { GraphQLError, GraphQLScalarType, Kind } from './graphql-js.js'

const bad = (expected: string): GraphQLError => new GraphQLError(`expected ${expected}`, { extensions: { code: 'BAD_USER_INPUT' } })

function longOf(value: unknown): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) throw bad('a whole number from 0 to 2^53 - 1')
  return number
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

function timeOf(value: unknown): Date {
  const date = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : undefined
  if (date === undefined || Number.isNaN(date.getTime())) throw bad('an RFC 3339 time such as 2026-01-31T12:00:00Z')
  return date
}

export const Long = new GraphQLScalarType<number, number>({
  name: 'Long',
  serialize: longOf,
  parseValue: longOf,
  parseLiteral: (node) => longOf(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
})

export const Time = new GraphQLScalarType<Date, string>({
  name: 'Time',
  serialize: (value) => (value instanceof Date ? value : timeOf(value)).toISOString(),
  parseValue: timeOf,
  parseLiteral: (node) => timeOf(node.kind === Kind.STRING ? node.value : undefined),
})
