/**
 * Starts all roles but the detectors. Ports are free when they are chosen; another program, such as a second `up`, may
 * take one before its role listens. Then all start again with other ports, but for the one that was asked for.
 */
import type { DataFolder } from '../data-folder/open.js'
import { freePort, isPortFree } from '../../platform/free-port.js'
import { UserError } from '../shared/user-error.js'
import { allButDetectors, plan, type Plan, type PlanOptions } from './plan.js'
import type { Processes } from './processes.js'

const DEFAULT_API_PORT = 9441
const MOST_STARTS = 5

/** `apiPort` undefined: the default one, or any that is free. */
export type StartOptions = Omit<PlanOptions, 'apiPort'> & { readonly apiPort: number | undefined }

/** Throws UserError: PORT_IN_USE for a port that was asked for, ROLE_FAILED with what the role says. */
export async function startRoles(data: DataFolder, options: StartOptions, processes: Processes, say: (line: string) => void): Promise<{ readonly roles: Plan; readonly apiPort: number }> {
  for (let start = 1; ; start++) {
    const apiPort = await chooseApiPort(options.apiPort)
    if (options.apiPort === undefined && apiPort !== DEFAULT_API_PORT) say(`port ${DEFAULT_API_PORT} is in use, the API takes ${apiPort}`)
    const roles = await plan(data, { ...options, apiPort })
    say('starting validators, recorder, projector and API')
    try {
      await Promise.all(allButDetectors(roles).map((role) => processes.start(role, data.layout.log(role.name))))
      return { roles, apiPort }
    } catch (error) {
      if (start === MOST_STARTS || !(error instanceof UserError) || error.code !== 'PORT_IN_USE') throw error
      say(`${error.message.split(';', 1)[0]}: choosing other ports`)
      await processes.stopAll()
    }
  }
}

async function chooseApiPort(asked: number | undefined): Promise<number> {
  if (asked === undefined) return await isPortFree(DEFAULT_API_PORT) ? DEFAULT_API_PORT : freePort()
  if (!await isPortFree(asked)) throw new UserError('PORT_IN_USE', `port ${asked} is in use; stop the program that holds it or choose another with --api-port`)
  return asked
}
