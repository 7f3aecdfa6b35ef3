/** PostgreSQL refuses to run as root: as root its programs run as `nobody`, who must be able to reach their files. */
import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export type RunAs = { readonly uid: number; readonly gid: number }

/** The user that PostgreSQL runs as, or undefined for the user we are. */
export function postgresUser(): RunAs | undefined {
  return process.getuid?.() === 0 ? nobody() : undefined
}

function nobody(): RunAs {
  try {
    const entry = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith('nobody:'))
    const [, , uid, gid] = (entry ?? '').split(':')
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  } catch {
    // Systems without /etc/passwd still know the traditional number.
  }
  return { uid: 65534, gid: 65534 }
}

/** True where `user` may enter `folder` and every folder above it. */
export function canReach(user: RunAs, folder: string): boolean {
  for (let current = folder; ; current = dirname(current)) {
    const { mode, uid, gid } = statSync(current)
    const enterBit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & enterBit) === 0) return false
    if (dirname(current) === current) return true
  }
}
