import { describe, expect, test } from 'vitest'
import type { ValidatorId } from '../../domain/ids.js'
import { createInbox } from './inbox.js'

const a = 'a' as ValidatorId
const b = 'b' as ValidatorId

/** An inbox whose messages become ready when the test says so. */
function createHeldInbox() {
  const delivered: string[] = []
  const waiting = new Map<string, (message: string | undefined) => void>()
  const inbox = createInbox<string, string>({
    prepare: (_, message) => (message.startsWith('!') ? message : new Promise((resolve) => waiting.set(message, resolve))),
    deliver: (_, message) => void delivered.push(message),
  })
  return { inbox, delivered, ready: async (message: string, as: string | undefined = message) => { waiting.get(message)?.(as); await Promise.resolve(); await Promise.resolve() }, drop: async (message: string) => { waiting.get(message)?.(undefined); await Promise.resolve(); await Promise.resolve() } }
}

describe('the inbox', () => {
  test('hands over in the order of arrival what one peer sent in one lane, whichever is ready first', async () => {
    const { inbox, delivered, ready } = createHeldInbox()
    for (const message of ['1', '2', '!3']) inbox.push(a, 'votes', message)
    await ready('2')
    expect(delivered).toEqual([])
    await ready('1')
    expect(delivered).toEqual(['1', '2', '!3'])
  })

  test('lets nobody wait for another peer or another lane', () => {
    const { inbox, delivered } = createHeldInbox()
    inbox.push(a, 'proposals', 'large')
    inbox.push(a, 'votes', '!vote')
    inbox.push(b, 'proposals', '!other')
    expect(delivered).toEqual(['!vote', '!other'])
  })

  test('hands over at once, within the call, what has nothing to wait for', () => {
    const { inbox, delivered } = createHeldInbox()
    inbox.push(a, 'votes', '!now')
    expect(delivered).toEqual(['!now'])
  })

  test('passes over what was found not worth handing over', async () => {
    const { inbox, delivered, drop } = createHeldInbox()
    inbox.push(a, 'votes', '1')
    inbox.push(a, 'votes', '!2')
    await drop('1')
    expect(delivered).toEqual(['!2'])
  })

  test('is bounded: the oldest gives way, and comes no more when it is ready at last', async () => {
    const { inbox, delivered, ready } = createHeldInbox()
    for (let i = 0; i < 7; i++) inbox.push(a, 'proposals', `${i}`)
    expect(inbox.status()).toEqual({ dropped: 3, waiting: 4 })
    for (let i = 6; i >= 0; i--) await ready(`${i}`)
    expect(delivered).toEqual(['3', '4', '5', '6'])
    expect(inbox.status().waiting).toBe(0)
  })

  test('hands over nothing after it was closed', async () => {
    const { inbox, delivered, ready } = createHeldInbox()
    inbox.push(a, 'votes', '1')
    inbox.close()
    await ready('1')
    inbox.push(a, 'votes', '!2')
    expect(delivered).toEqual([])
  })
})
