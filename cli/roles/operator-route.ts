/**
 * POST /operator-actions of the recorder: what operators and other roles did goes into the log through its one writer.
 * Only who has the token of this machine may speak; the answer comes when the action is on disk.
 */
import { timingSafeEqual } from 'node:crypto'
import { MOST_ACTION_BYTES, type OperatorAction, type OperatorActions } from '../../eventlog/operator-actions.js'
import { OperatorActionError } from '../../eventlog/recorder/index.js'
import { sha256 } from '../../domain/hash.js'
import { utf8ToBytes } from '../../domain/bytes.js'
import { jsonAnswer, type OpsAnswer, type OpsRoute } from '../shared/ops-route.js'

export const OPERATOR_ACTIONS_PATH = '/operator-actions'

export function operatorRoute(token: string, actions: OperatorActions): OpsRoute {
  // Hashes have one length, so a comparison tells nothing of the token's.
  const expected = sha256(utf8ToBytes(`Bearer ${token}`))
  return {
    method: 'POST',
    path: OPERATOR_ACTIONS_PATH,
    mostBytes: MOST_ACTION_BYTES,
    async answer({ headers, body }): Promise<OpsAnswer> {
      if (!timingSafeEqual(expected, sha256(utf8ToBytes(headers.authorization ?? '')))) return jsonAnswer(401, { error: 'the operator token of this machine is needed: Authorization: Bearer <token>' })
      const action = parse(body)
      if (action === undefined) return jsonAnswer(400, { field: 'body', error: 'is not JSON in UTF-8' })
      try {
        return jsonAnswer(200, { position: await actions.record(action) })
      } catch (error) {
        if (!(error instanceof OperatorActionError)) throw error
        return jsonAnswer(error.fault === 'conflict' ? 409 : 400, { field: error.field, error: error.message })
      }
    },
  }
}

/** Checked by whoever records it. */
function parse(body: Uint8Array): OperatorAction | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as OperatorAction
  } catch {
    return undefined
  }
}
