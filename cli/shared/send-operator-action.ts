/** Operator actions to a recorder that runs, over HTTP. An answer that was lost is asked for again: the id makes it one action. */
import { setTimeout as sleep } from 'node:timers/promises'
import { asPosition } from '../../domain/ids.js'
import type { OperatorActions } from '../../eventlog/operator-actions.js'
import { UserError } from './user-error.js'

const TRIES = 5
const TRY_WITHIN_MS = 10_000
const BETWEEN_MS = 500

/** @param url of the recorder's ops server. Throws UserError NOT_RECORDED. */
export const sendOperatorActions = (url: string, token: string): OperatorActions => ({
  async record(action) {
    let reason = ''
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      try {
        const response = await fetch(`${url}/operator-actions`, {
          method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' }, body: JSON.stringify(action), signal: AbortSignal.timeout(TRY_WITHIN_MS),
        })
        const answer = await response.json() as { readonly position?: number; readonly error?: string }
        if (response.ok && typeof answer.position === 'number') return asPosition(answer.position)
        reason = answer.error ?? `HTTP ${response.status}`
        // What is wrong with the action will be wrong again.
        if (response.status < 500) break
      } catch (error) {
        reason = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name
      }
      await sleep(BETWEEN_MS)
    }
    throw new UserError('NOT_RECORDED', `the recorder at ${url} did not record ${action.action} (${reason}); \`cybermesh doctor\` says how it is`)
  },
})
