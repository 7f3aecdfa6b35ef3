import { describe, expect, test } from 'vitest'
import { executeQuery, type ApiSources } from './index.js'

/** Sources that fail the test as soon as anything is read: what is refused here is refused before the database. */
const untouched = new Proxy({}, { get: (_, name) => { throw new Error(`${String(name)} was read`) } })
const sources: ApiSources = { sql: untouched as ApiSources['sql'], timelines: untouched as ApiSources['timelines'], log: untouched as ApiSources['log'], projections: [] }

const codeOf = async (query: string, variables: Record<string, unknown> = {}): Promise<string | undefined> =>
  ((await executeQuery(sources, query, variables)).errors?.[0]?.extensions as { code?: string } | undefined)?.code

describe('before anything is read', () => {
  test('a query of thirty-one aliases is refused, one of thirty is not', async () => {
    const aliased = (count: number): string => `{ ${Array.from({ length: count }, (_, i) => `a${i}: __typename`).join(' ')} }`
    expect(await codeOf(aliased(31))).toBe('TOO_MANY_ALIASES')
    expect(await codeOf(aliased(30))).toBeUndefined()
  })

  test('too many directives are refused', async () => {
    expect(await codeOf(`{ ${'__typename @include(if: true) '.repeat(51)} }`)).toBe('TOO_MANY_DIRECTIVES')
  })

  test('too many tokens are refused', async () => {
    expect(await codeOf(`{ ${'logPosition '.repeat(2001)} }`)).toBe('GRAPHQL_PARSE_FAILED')
  })

  test('page sizes in variables count as they are given', async () => {
    const query = 'query ($n: Int = 1) { blocks(first: $n) { nodes { transactions { anomaly { verdicts { block { transactions { hash index code } } } } } } } }'
    expect(await codeOf(query, { n: 200 })).toBe('QUERY_TOO_COSTLY')
    // With a small page it reaches the sources, which are not there.
    expect(await codeOf(query, { n: 2 })).not.toBe('QUERY_TOO_COSTLY')
  })

  test('fragments that spread fragments twice are reckoned in no time, and refused', async () => {
    const levels = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Block { ...F${i + 1} ...F${i + 1} }`)
    expect(await codeOf(`{ block(height: 1) { ...F0 } } ${levels.join(' ')} fragment F60 on Block { hash }`)).toBe('QUERY_TOO_COSTLY')
  })
})
