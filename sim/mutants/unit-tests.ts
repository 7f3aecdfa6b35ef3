/** Runs unit tests over the sources of mutants, several mutants at a time: each lane is a warm vitest in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../../platform/package-root.js'
import type { Edit } from './mutant.js'
import type { Answer, Question } from './unit-lane.js'

export type TestOutcome = { readonly passed: number; readonly failed: readonly string[] }

export type UnitTests = {
  /** Runs these test files over these edits. Throws where the tests did not even start: code that does not load proves nothing about a rule. */
  run(edits: readonly Edit[], files: readonly string[], only?: string): Promise<TestOutcome>
  close(): void
}

type Lane = { ask(question: Question): Promise<Answer>; close(): void }

const LONGEST_MS = 300_000
const LAST_WORDS = 4000

/** @param lanes how many mutants at a time; a lane starts with its first question */
export function openUnitTests(lanes: number): UnitTests {
  const all = Array.from({ length: lanes }, openLane)
  const free = [...all]
  const waiting: ((lane: Lane) => void)[] = []
  const take = (): Promise<Lane> => {
    const lane = free.pop()
    return lane === undefined ? new Promise((resolve) => { waiting.push(resolve) }) : Promise.resolve(lane)
  }
  const giveBack = (lane: Lane): void => {
    const next = waiting.shift()
    if (next === undefined) free.push(lane)
    else next(lane)
  }
  return {
    async run(edits, files, only) {
      const lane = await take()
      try {
        const { passed, failed, unstarted } = await lane.ask({ edits, files, ...(only === undefined ? {} : { only }) })
        // Where a test has failed, what went wrong while the file cleaned up after it changes nothing.
        if (failed.length === 0 && unstarted.length > 0) throw new Error(`did not start: ${unstarted.join('\n')}`)
        if (passed + failed.length === 0) throw new Error(`no test ran of ${files.join(', ')}`)
        return { passed, failed }
      } finally {
        giveBack(lane)
      }
    },
    close: () => all.forEach((lane) => lane.close()),
  }
}

function openLane(): Lane {
  let child: ChildProcess | undefined
  let output = ''
  const start = (): ChildProcess => {
    const { VITEST: _outer, ...env } = process.env
    // A group of its own: a test that never ends goes with the lane that waits for it.
    const started = fork(join(import.meta.dirname, 'unit-lane.ts'), { cwd: packageRoot(), env, execArgv: ['--import', 'tsx'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true })
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (chunk: Buffer) => { output = (output + chunk.toString()).slice(-LAST_WORDS) })
    return started
  }
  const close = (): void => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
    child = undefined
  }
  return {
    close,
    ask: (question) => new Promise((resolve, reject) => {
      const asked = child ??= start()
      const end = (): void => {
        clearTimeout(timer)
        asked.off('message', onAnswer).off('close', onClose)
      }
      const onAnswer = (answer: unknown): void => {
        end()
        resolve(answer as Answer)
      }
      const onClose = (): void => {
        end()
        child = undefined
        reject(new Error(`the tests ended without an answer:\n${output}`))
      }
      const timer = setTimeout(() => {
        end()
        close()
        reject(new Error(`the tests did not end within ${LONGEST_MS} ms:\n${output}`))
      }, LONGEST_MS)
      asked.on('message', onAnswer).on('close', onClose)
      asked.send(question)
    }),
  }
}
