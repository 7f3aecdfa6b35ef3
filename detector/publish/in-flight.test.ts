import { describe, expect, it } from 'vitest'
import { createInFlight } from './in-flight.js'

describe('publications under way', () => {
  it('are never more than allowed, and all of them are done in the end', async () => {
    const inFlight = createInFlight(3)
    let now = 0
    let most = 0
    let done = 0
    for (let i = 0; i < 20; i++) {
      await inFlight.begin(async () => {
        most = Math.max(most, now += 1)
        await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        done += 1
      })
    }
    await inFlight.settled()
    expect([most, done]).toEqual([3, 20])
  })

  it('report a failure to whoever comes next, and at the end', async () => {
    const inFlight = createInFlight(1)
    await inFlight.begin(() => Promise.reject(new Error('no broker')))
    await expect(inFlight.begin(() => Promise.resolve())).rejects.toThrow('no broker')
    await expect(inFlight.settled()).rejects.toThrow('no broker')
  })
})
