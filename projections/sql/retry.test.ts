import { describe, expect, test } from 'vitest'
import { kindOfSqlError, withSqlRetry } from './retry.js'

const failure = (code: string, message = 'failed'): Error => Object.assign(new Error(message), { code })

describe('an SQL error', () => {
  test.each(['40001', '40003', '40P01', '57P01', '08006', 'ECONNRESET'])('%s passes', (code) => {
    expect(kindOfSqlError(failure(code))).toBe('transient')
  })

  test.each([['22003', 'data'], ['23505', 'data'], ['42P01', 'other'], ['53100', 'other'], ['0A000', 'other']])('%s is for good', (code, kind) => {
    expect(kindOfSqlError(failure(code))).toBe(kind)
  })

  test('that tells of itself in words alone is understood', () => {
    expect(kindOfSqlError(new Error('restart transaction: TransactionRetryWithProtoRefreshError'))).toBe('transient')
    expect(kindOfSqlError(new Error('Connection terminated unexpectedly'))).toBe('transient')
  })
})

describe('trying again', () => {
  const quick = { firstDelayMs: 1, longestDelayMs: 2 }
  const failing = (times: number, error: Error): { work: () => Promise<string>; calls: () => number } => {
    let calls = 0
    return { work: async () => { if (++calls <= times) throw error; return 'done' }, calls: () => calls }
  }

  test('goes on until it works, and tells of every failure', async () => {
    const told: number[] = []
    const { work, calls } = failing(3, failure('40001'))
    expect(await withSqlRetry(work, { ...quick, onRetry: (_, attempt) => told.push(attempt) })).toBe('done')
    expect(calls()).toBe(4)
    expect(told).toEqual([1, 2, 3])
  })

  test('ends with the error itself after the last attempt', async () => {
    const { work, calls } = failing(100, failure('40001'))
    await expect(withSqlRetry(work, { ...quick, attempts: 5 })).rejects.toMatchObject({ code: '40001' })
    expect(calls()).toBe(5)
  })

  test('does not begin where the data is to blame, nor after the end of the run', async () => {
    const data = failing(1, failure('23505'))
    await expect(withSqlRetry(data.work, quick)).rejects.toMatchObject({ code: '23505' })
    expect(data.calls()).toBe(1)
    const late = failing(1, failure('40001'))
    await expect(withSqlRetry(late.work, { ...quick, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: '40001' })
    expect(late.calls()).toBe(1)
  })
})
