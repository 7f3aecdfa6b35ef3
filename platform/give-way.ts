/** Makes a process give way to the others of this machine. */
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

const BEHIND = 10

/**
 * For a process that is the first of a session (`detached`). Linux may weigh sessions against each other and priorities
 * only within one: then it is the priority of the session that counts.
 */
export function giveWay(pid: number): void {
  setPriority(pid, BEHIND)
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(BEHIND))
  } catch {
    // Not Linux, or one that does not weigh sessions.
  }
}
