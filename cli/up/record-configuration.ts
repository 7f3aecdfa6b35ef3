/** With which configuration a mesh was started, into its log: the hash of every role's file. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { sha256Hex } from '../../domain/hash.js'
import type { DataFolder } from '../data-folder/open.js'
import { userName } from '../shared/operator-actions.js'
import { sendOperatorActions } from '../shared/send-operator-action.js'
import { sentenceOf } from '../shared/user-error.js'
import { allRoles, type Plan } from './plan.js'

/** A mesh that cannot say so runs all the same: it says that. */
export async function recordConfiguration({ layout }: DataFolder, plan: Plan, say: (line: string) => void): Promise<void> {
  const fields = Object.fromEntries(allRoles(plan).map(({ name, configPath }) => [name, sha256Hex(readFileSync(configPath))]))
  try {
    await sendOperatorActions(plan.recorder.opsUrl, readFileSync(layout.operatorToken, 'utf8').trim())
      .record({ id: randomUUID(), actor: userName(), action: 'configuration', resource: 'mesh', result: 'success', reason: 'start', fields })
  } catch (error) {
    say(`the start is not in the audit trail: ${sentenceOf(error)}`)
  }
}
