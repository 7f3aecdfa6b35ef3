/** Starts a script as a process, kills it with kill -9 in the middle of its work, and lets a last run finish. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * Runs `script` once for each entry of `killAfterLines`, killing it when it has printed that many lines, and once more
 * until it exits by itself; `afterKill` looks at what a killed one left behind. Throws what it wrote to stderr when that last run fails. Returns how often it was killed
 * before it was done.
 */
export async function runUntilKilled(script: string, argument: string, killAfterLines: readonly number[], afterKill?: () => Promise<void>): Promise<number> {
  let kills = 0
  for (const lines of killAfterLines) {
    if ((await runOnce(script, argument, lines)).code !== null) continue
    kills += 1
    await afterKill?.()
  }
  const { code, complaint } = await runOnce(script, argument, Infinity)
  if (code !== 0) throw new Error(`the last run of ${script} ended with ${String(code)}: ${complaint}`)
  return kills
}

function runOnce(script: string, argument: string, killAfterLines: number): Promise<{ readonly code: number | null; readonly complaint: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, argument], { stdio: ['ignore', 'pipe', 'pipe'] })
    let complaint = ''
    let lines = 0
    child.stderr.on('data', (data: Buffer) => { complaint += data.toString() })
    createInterface({ input: child.stdout }).on('line', () => {
      lines += 1
      if (lines === killAfterLines) child.kill('SIGKILL')
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, complaint }))
  })
}
