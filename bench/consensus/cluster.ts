/** The forked validators as the measuring process sees them: ask, and wait for the answer. */
import { fork, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LONG_RUNNING } from '../../platform/node-flags.js'
import type { FromValidator, Phase, ToValidator, ValidatorConfig, ValidatorResult } from './protocol.js'

const IS_SOURCE = import.meta.url.endsWith('.ts')
const PROGRAM = fileURLToPath(new URL(`./validator-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url))
/** As `up` starts its roles. */
const NODE_FLAGS = [...LONG_RUNNING, ...(IS_SOURCE ? ['--import', 'tsx'] : [])]
const START_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 5000

type Answer<T extends FromValidator['type']> = Extract<FromValidator, { type: T }>

export type Cluster = {
  /** Runs the phase on all that are up. */
  run(phase: Phase): Promise<readonly ValidatorResult[]>
  measureHops(from: number, to: number, count: number): Promise<Float64Array>
  /** For good, as a machine that lost power: no goodbye. */
  kill(index: number): Promise<void>
  stop(): Promise<void>
}

export async function startCluster(validators: readonly ValidatorConfig[]): Promise<Cluster> {
  const children = validators.map((config) => {
    const path = join(config.folder, 'config.json')
    writeFileSync(path, JSON.stringify(config))
    return fork(PROGRAM, [path], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [...process.execArgv, ...NODE_FLAGS] })
  })
  const isUp = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null
  const stop = async (): Promise<void> => {
    await Promise.all(children.filter(isUp).map(async (child) => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.send({ type: 'stop' } satisfies ToValidator)
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
      await ended
      clearTimeout(timer)
    }))
  }
  const ask = <T extends FromValidator['type']>(child: ChildProcess, type: T, question: ToValidator | undefined, withinMs: number): Promise<Answer<T>> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer)
        child.off('message', onMessage).off('exit', onExit)
        act()
      }
      const onMessage = (message: FromValidator): void => {
        if (message.type === 'failed') settle(() => reject(new Error(message.sentence)))
        else if (message.type === type) settle(() => resolve(message as Answer<T>))
      }
      const onExit = (): void => settle(() => reject(new Error(`a validator process ended while it was asked for «${type}»`)))
      const timer = setTimeout(() => settle(() => reject(new Error(`no «${type}» from a validator within ${withinMs} ms`))), withinMs)
      child.on('message', onMessage).on('exit', onExit)
      if (question !== undefined) child.send(question)
    })

  try {
    await Promise.all(children.map((child) => ask(child, 'ready', undefined, START_WITHIN_MS)))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    async run(phase) {
      const withinMs = phase.startAt - Date.now() + phase.seconds * 1000 + phase.drainMs + 30_000
      const answers = await Promise.all(children.filter(isUp).map((child) => ask(child, 'ran', { type: 'run', phase }, withinMs)))
      return answers.map(({ result }) => result)
    },
    async measureHops(from, to, count) {
      return (await ask(children[from] as ChildProcess, 'hops', { type: 'measure-hops', to, count }, 30_000)).milliseconds
    },
    async kill(index) {
      const child = children[index] as ChildProcess
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
    stop,
  }
}
