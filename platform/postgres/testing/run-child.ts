/** Runs one of our TypeScript files, or a program bundled from one, as its own process. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export type Child = {
  readonly process: ChildProcessByStdio<null, Readable, Readable>
  /** Whole lines of standard output so far. */
  readonly lines: string[]
  /** Resolves with the exit code or signal once all output was read. */
  readonly ended: Promise<number | string>
  kill(signal: NodeJS.Signals): void
}

export function runChild(file: URL, args: readonly string[], runAs: { readonly uid?: number; readonly gid?: number } = {}): Child {
  const child = spawn(process.execPath, [...(file.pathname.endsWith('.ts') ? ['--import', 'tsx'] : []), file.pathname, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...runAs })
  const lines: string[] = []
  const errors: string[] = []
  createInterface(child.stdout).on('line', (line) => lines.push(line))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code !== null && code !== 0) reject(new Error(`child ended with ${code}: ${errors.join('')}`))
      else resolve(code ?? signal ?? 0)
    })
  })
  ended.catch(() => undefined)
  return { process: child, lines, ended, kill: (signal) => { child.kill(signal) } }
}
