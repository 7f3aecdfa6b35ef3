/** Says which of our processes runs the database of a data folder, so that a second one never stops a living first. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EmbeddedPostgresError } from './errors.js'
import { isRunning } from './leftover.js'

type Owner = { readonly pid: number; readonly startTime: string }

const ownerFile = (dataDir: string): string => join(dataDir, 'owner.json')

/** Takes the folder for this process. Throws EmbeddedPostgresError while another living process has it. */
export function takeOwnership(dataDir: string): void {
  const file = ownerFile(dataDir)
  const owner = existsSync(file) ? parseOwner(readFileSync(file, 'utf8')) : undefined
  if (owner !== undefined && isRunning(owner.pid) && startTimeOf(owner.pid) === owner.startTime) {
    throw new EmbeddedPostgresError('IN_USE', `the database in ${dataDir} is run by process ${owner.pid}; stop that process, or choose another folder with --data`)
  }
  const mine: Owner = { pid: process.pid, startTime: startTimeOf(process.pid) }
  writeFileSync(file, JSON.stringify(mine))
}

export function giveUpOwnership(dataDir: string): void {
  rmSync(ownerFile(dataDir), { force: true })
}

function parseOwner(text: string): Owner | undefined {
  try {
    const { pid, startTime } = JSON.parse(text) as Partial<Owner>
    return Number.isSafeInteger(pid) && typeof startTime === 'string' ? { pid: pid as number, startTime } : undefined
  } catch {
    return undefined
  }
}

/** Process numbers are used again; number and start time together are not. Empty where the system does not tell. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
