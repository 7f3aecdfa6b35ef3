import { describe, expect, test, vi } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import { operatorActionSchema, type OperatorAction, type OperatorActions } from '../../eventlog/operator-actions.js'
import { createLoginJournal } from './login-journal.js'

function recorder(fail: () => boolean = () => false) {
  const recorded: OperatorAction[] = []
  const actions: OperatorActions = {
    record(action) {
      if (fail()) return Promise.reject(new Error('away'))
      recorded.push(operatorActionSchema.parse(action))
      return Promise.resolve(asPosition(recorded.length))
    },
  }
  return { recorded, actions, told: () => recorded.map(({ reason, fields }) => [reason, fields['count']]) }
}

describe('logins that fail', () => {
  test('are recorded: the first at once, a thousand more as one', async () => {
    vi.useFakeTimers()
    try {
      const { actions, told, recorded } = recorder()
      const journal = createLoginJournal(actions, 'api', { everyMs: 1000, onError: () => undefined })
      journal.failed('WRONG_KEY')
      await vi.advanceTimersByTimeAsync(0)
      expect(told()).toEqual([['WRONG_KEY', '1']])
      for (let i = 0; i < 1000; i++) journal.failed(i % 2 === 0 ? 'WRONG_KEY' : 'TOO_MANY_FAILURES')
      await vi.advanceTimersByTimeAsync(999)
      expect(told().length).toBe(1)
      await vi.advanceTimersByTimeAsync(1)
      expect(told().slice(1)).toEqual([['WRONG_KEY', '500'], ['TOO_MANY_FAILURES', '500']])
      await vi.advanceTimersByTimeAsync(10_000)
      expect(recorded.length).toBe(3)
      journal.failed('WRONG_KEY')
      await vi.advanceTimersByTimeAsync(0)
      expect(told().length).toBe(4)
      expect(recorded[0]).toMatchObject({ actor: 'unknown', action: 'login', resource: 'api', result: 'failure' })
    } finally {
      vi.useRealTimers()
    }
  })

  test('are counted on while the recorder is away, and told at the end', async () => {
    let isAway = true
    const { actions, told } = recorder(() => isAway)
    const errors: string[] = []
    const journal = createLoginJournal(actions, 'api', { onError: ({ message }) => errors.push(message) })
    journal.failed('WRONG_KEY')
    journal.failed('WRONG_KEY')
    await expect.poll(() => errors).toEqual(['away'])
    isAway = false
    await journal.close()
    expect(told()).toEqual([['WRONG_KEY', '2']])
  })
})
