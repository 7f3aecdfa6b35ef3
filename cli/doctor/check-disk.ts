/** Is there room? A full disk stops a validator, which never votes without having written it down. */
import { statfsSync } from 'node:fs'
import { fail, ok, warn, type Finding } from './finding.js'

const MiB = 1024 * 1024
const STOPS_BELOW = 64 * MiB
const WARNS_BELOW = 1024 * MiB

export function checkDisk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder)
  return judgeFreeSpace(folder, bavail * bsize)
}

export function judgeFreeSpace(folder: string, freeBytes: number): Finding {
  const sentence = `${Math.floor(freeBytes / MiB)} MiB are free where ${folder} lies`
  if (freeBytes < STOPS_BELOW) return fail('disk', `${sentence}; free some space now, writes are about to stop`)
  if (freeBytes < WARNS_BELOW) return warn('disk', `${sentence}; free some space soon`)
  return ok('disk', sentence)
}
