/** What runs on a data folder, as `up` wrote it down. A file left by a process that is gone says nothing. */
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Layout } from '../data-folder/layout.js'
import { lockHolder } from '../../platform/process-lock.js'

const runningSchema = z.object({
  pid: z.int(), api: z.string(), sqlUrlFile: z.string(), postgres: z.int(),
  pids: z.record(z.string(), z.int()), roles: z.record(z.string(), z.string()),
})

export type Running = z.output<typeof runningSchema>

export type FolderState =
  | { readonly kind: 'stopped' }
  /** Somebody holds the folder and has not said (or no longer says) what it runs. */
  | { readonly kind: 'busy'; readonly pid: number }
  | { readonly kind: 'running'; readonly running: Running }

/** `up` writes the file again and again; a look in the middle of that finds it cut short. */
const LOOKS = 10
const BETWEEN_LOOKS_MS = 20

export async function readFolderState(layout: Pick<Layout, 'lock' | 'running'>): Promise<FolderState> {
  const pid = lockHolder(layout.lock)
  if (pid === undefined) return { kind: 'stopped' }
  for (let look = 0; look < LOOKS && existsSync(layout.running); look++) {
    const running = parse(layout.running)
    if (running !== undefined) return running.pid === pid ? { kind: 'running', running } : { kind: 'busy', pid }
    await sleep(BETWEEN_LOOKS_MS)
  }
  return { kind: 'busy', pid }
}

function parse(path: string): Running | undefined {
  try {
    return runningSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
