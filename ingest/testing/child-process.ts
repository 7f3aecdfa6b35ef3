/** Starts transport-child.ts and listens to what it prints. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { until } from './until.js'

/** How a child opens the transport under test: `(await import(module))[open](argument)`. */
export type ChildOpener = { readonly module: string; readonly open: string; readonly argument: string }

export type ChildTask = ChildOpener & {
  readonly role: 'produce' | 'consume'
  readonly topic: string
  readonly group?: string
  readonly first?: number
  readonly count?: number
}

export type Child = {
  readonly lines: readonly string[]
  /** Numbers printed after `word`. */
  numbers(word: 'acknowledged' | 'read'): number[]
  /** kill -9, resolves when the process is gone. */
  kill(): Promise<void>
  exited: Promise<void>
}

const script = fileURLToPath(new URL('./transport-child.ts', import.meta.url))

export async function startChild(task: ChildTask): Promise<Child> {
  const lines: string[] = []
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] })
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const complaints: string[] = []
  child.stderr.on('data', (data: Buffer) => complaints.push(data.toString()))
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await until(`the child is ready ${complaints.join('')}`, () => {
    if (child.exitCode !== null && !lines.includes('ready')) throw new Error(`child exited early: ${complaints.join('')}`)
    return lines.includes('ready')
  })
  return {
    lines,
    numbers: (word) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1))),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    exited,
  }
}
