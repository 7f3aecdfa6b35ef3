/** What an operator does on a data folder becomes an event of its log, whether the mesh runs or not. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Position } from '../../domain/ids.js'
import type { OperatorAction, OperatorActions } from '../../eventlog/operator-actions.js'
import type { DataFolder } from '../data-folder/open.js'
import { readFolderState, type FolderState } from './running.js'
import { UserError } from './user-error.js'

export type ActorFlag = { readonly actor?: string }

export const withActor = (command: Command): Command => command.option('--actor <name>', 'who does this, for the audit trail (default: the user of the operating system)')

/** What was done; the rest of an action follows from who did it and when. */
export type Deed = Pick<OperatorAction, 'action' | 'resource' | 'result'> & Partial<Pick<OperatorAction, 'reason' | 'fields'>>

/** What people typed may be longer than the log takes, and hold what it does not. */
const fitting = (text: string, most: number): string => text.replace(/[\u0000-\u001f\u007f]/g, '\uFFFD').slice(0, most)

/** Resolves when the action is on disk. Throws UserError NOT_RECORDED, LOCKED or BAD_OPTION. */
export async function recordOperatorAction(data: DataFolder, flags: ActorFlag, deed: Deed): Promise<Position> {
  const actions = await operatorActionsOf(data)
  const fields = Object.fromEntries(Object.entries(deed.fields ?? {}).map(([name, value]) => [name, fitting(value, 1024)]))
  return actions.record({
    id: randomUUID(), actor: flags.actor ?? userName(), action: deed.action, resource: fitting(deed.resource, 512), result: deed.result, reason: fitting(deed.reason ?? '', 1024), fields,
  }).catch((error: unknown) => {
    const { code, field } = error as { code?: unknown; field?: unknown }
    if (code === 'OPERATOR_ACTION' && field === 'actor') throw new UserError('BAD_OPTION', '--actor takes 1 to 128 characters, none of them a control character')
    throw error
  })
}

/** Does the work and records how it ended; what it throws is thrown on when that is recorded. */
export async function recordingResult<T>(data: DataFolder, flags: ActorFlag, deed: Omit<Deed, 'result'>, work: () => Promise<T>, tell: (result: T) => Partial<Deed>): Promise<T> {
  let result: T
  try {
    result = await work()
  } catch (error) {
    const { code } = error as { code?: unknown }
    await recordOperatorAction(data, flags, { ...deed, result: 'failure', reason: typeof code === 'string' ? code : 'FAILED' })
    throw error
  }
  const told = tell(result)
  await recordOperatorAction(data, flags, { result: 'success', ...deed, ...told, fields: { ...deed.fields, ...told.fields } })
  return result
}

/** Through the recorder where it runs, in its place where it does not. */
export async function operatorActionsOf(data: DataFolder): Promise<OperatorActions> {
  const state = await settledState(data)
  if (state.kind !== 'running') {
    const { appendOperatorActions } = await import('./append-operator-action.js')
    return appendOperatorActions(data)
  }
  const { sendOperatorActions } = await import('./send-operator-action.js')
  const url = state.running.roles['recorder']
  if (url === undefined) throw new UserError('NOT_RECORDED', 'the mesh that runs here has no recorder; start it anew with `cybermesh up`')
  return sendOperatorActions(url, readToken(data.layout.operatorToken))
}

const SETTLED_WITHIN_MS = 30_000

/** Another short command, or `up` that starts or stops, is waited for. */
async function settledState({ layout }: DataFolder): Promise<FolderState> {
  const deadline = Date.now() + SETTLED_WITHIN_MS
  for (;;) {
    const state = await readFolderState(layout)
    if (state.kind !== 'busy' || Date.now() > deadline) return state
    await sleep(100)
  }
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new UserError('NOT_RECORDED', `the operator token ${path} cannot be read; whoever started the mesh can, or start it anew with \`cybermesh up\``)
  }
}

/** As the system calls the user; a number where it has no name for it. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
