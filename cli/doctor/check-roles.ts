/** Do the roles that should run answer, feel well, and agree on the state? */
import { isDetectorName } from '../data-folder/layout.js'
import { fetchHealth, fetchStatus, type RoleStatus } from '../shared/fetch-status.js'
import { isProcessAlive, type Running } from '../shared/running.js'
import { checkModels } from './check-models.js'
import { count, fail, ok, warn, type Finding } from './finding.js'

export async function checkRoles({ roles, pids, api }: Pick<Running, 'roles' | 'pids' | 'api'>): Promise<Finding[]> {
  const answers = await Promise.all(Object.entries(roles).map(async ([name, url]) => ({ name, pid: pids[name], status: await fetchStatus(url), health: await fetchHealth(url) })))
  return [
    ...answers.map(({ name, pid, status, health }) => {
      const check = `role ${name}`
      // `up` starts detectors last and stops them first.
      if ((pid === undefined || !isProcessAlive(pid)) && isDetectorName(name)) return warn(check, 'not running: the system is starting, or settling before it stops')
      if (pid === undefined || !isProcessAlive(pid)) return fail(check, `its process is gone; \`up\` starts it again, look into its log in the run folder if this stays so`)
      if (!status.ok) return fail(check, `process ${pid} does not answer (${status.reason}); look into its log in the run folder`)
      return health === undefined ? ok(check, `process ${pid} answers`) : warn(check, `${health}; if this stays so, look into its log in the run folder`)
    }),
    checkStateRoots(answers.map(({ name, status }) => ({ name, status }))),
    ...checkModels(answers),
    await checkApi(api),
  ]
}

export function checkStateRoots(answers: readonly { readonly name: string; readonly status: RoleStatus }[]): Finding {
  const rootAt = new Map<number, { root: string; name: string }>()
  let compared = 0
  for (const { name, status } of answers) {
    if (!status.ok || status.role !== 'validator') continue
    const height = Number(status.committedHeight)
    const root = String(status.stateRoot)
    const other = rootAt.get(height)
    compared += 1
    if (other === undefined) rootAt.set(height, { root, name })
    else if (other.root !== root) return fail('state roots', `${other.name} and ${name} have different states at height ${height}; stop the network and keep both data folders as evidence`)
  }
  return ok('state roots', `${count(compared, 'validator')} at ${rootAt.size === 1 ? `height ${[...rootAt.keys()][0]}` : `heights ${[...rootAt.keys()].sort((a, b) => a - b).join(', ')}`}, equal states at equal heights`)
}

/** Its status asks every role for theirs. */
const API_PATIENCE_MS = 5000

async function checkApi(api: string): Promise<Finding> {
  const status = await fetchStatus(api, API_PATIENCE_MS)
  return status.ok ? ok('api', `${api}/graphql answers`) : fail('api', `${api} does not answer (${status.reason}); look into api.log in the run folder`)
}
