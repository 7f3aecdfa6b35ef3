import { describe, expect, test } from 'vitest'
import { judgeRunning, judgeStopped, STUCK_AFTER_MS } from './check-audit-log.js'

const line = { published: 90, cosigners: 5, problem: null, waitingMs: 0 }

describe('the audit log of a running mesh', () => {
  test('that is published is well, also a moment before the next checkpoint', () => {
    expect(judgeRunning({ ...line, published: 100 }, 100)).toMatchObject({ level: 'ok', sentence: 'the newest checkpoint covers 100 of 100 events, cosigned by 5 validators' })
    expect(judgeRunning({ ...line, waitingMs: STUCK_AFTER_MS - 1 }, 100)).toMatchObject({ level: 'ok', sentence: expect.stringContaining('the next one is due') as string })
  })

  test('whose checkpoint does not move while the log does has failed, and the recorder\'s reason is told', () => {
    expect(judgeRunning({ ...line, problem: '3 of 4 validators that are needed cosigned: validator-0: ECONNREFUSED', waitingMs: STUCK_AFTER_MS }, 100))
      .toEqual({ check: 'audit log', level: 'fail', sentence: 'the newest checkpoint covers 90 of 100 events, and none came for 30 s: 3 of 4 validators that are needed cosigned: validator-0: ECONNREFUSED' })
    expect(judgeRunning({ ...line, published: null, cosigners: null, waitingMs: 90_000 }, 100)).toMatchObject({ level: 'fail', sentence: expect.stringContaining('no checkpoint yet, and none came for 90 s: the recorder does not say why') as string })
  })

  test('that met a problem a moment ago is a warning', () => {
    expect(judgeRunning({ ...line, problem: 'validator-0: ECONNREFUSED', waitingMs: 2000 }, 100)).toMatchObject({ level: 'warn', sentence: expect.stringContaining('ECONNREFUSED') as string })
  })
})

describe('the audit log of a stopped folder', () => {
  test('may lack the newest entries, but never covers more than there are', () => {
    expect(judgeStopped(line, 100)).toMatchObject({ level: 'ok', sentence: expect.stringContaining('90 of 100') as string })
    expect(judgeStopped(line, 80)).toMatchObject({ level: 'fail', sentence: expect.stringContaining('older copy') as string })
    expect(judgeStopped(null, 100)).toMatchObject({ level: 'warn' })
    expect(judgeStopped({ ...line, published: null, problem: 'note: ends early' }, 100)).toMatchObject({ level: 'warn', sentence: expect.stringContaining('ends early') as string })
  })
})
