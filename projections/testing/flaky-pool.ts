/** A pool that fails as a distributed database does: transactions told to restart, commits whose answer is lost. */
import type pg from 'pg'

export type Flakiness = {
  /** A number from 0 to 1, new on each call. */
  readonly random: () => number
  /** Chance that a statement is told to restart its transaction. */
  readonly restart: number
  /** Chance that a commit succeeds without an answer. */
  readonly ambiguous: number
}

export type FlakyPool = { readonly pool: pg.Pool; readonly failures: () => { restarts: number; ambiguous: number } }

export function createFlakyPool(pool: pg.Pool, { random, restart, ambiguous }: Flakiness): FlakyPool {
  const failures = { restarts: 0, ambiguous: 0 }
  const flakyQuery = (client: pg.PoolClient) => async (text: string, values?: unknown[]): Promise<unknown> => {
    if (text !== 'ROLLBACK' && random() < restart) {
      failures.restarts += 1
      throw Object.assign(new Error('restart transaction: injected'), { code: '40001' })
    }
    const result = await client.query(text, values)
    if (text === 'COMMIT' && random() < ambiguous) {
      failures.ambiguous += 1
      throw Object.assign(new Error('result is ambiguous: injected'), { code: '40003' })
    }
    return result
  }
  const flaky = new Proxy(pool, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (name !== 'connect') return typeof value === 'function' ? (value.bind(target) as unknown) : value
      return async () => {
        const client = await target.connect()
        return new Proxy(client, {
          get(real, member) {
            if (member === 'query') return flakyQuery(real)
            const own = Reflect.get(real, member) as unknown
            return typeof own === 'function' ? (own.bind(real) as unknown) : own
          },
        })
      }
    },
  })
  return { pool: flaky, failures: () => failures }
}

/** A small repeatable generator, so that a failing run can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
