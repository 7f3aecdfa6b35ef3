/** What every role gives whoever runs it, and the shell that runs one as a process. */
import type { Logger } from '../shared/logger.js'
import { createLogger } from '../shared/logger.js'
import type { OpsRoute } from '../shared/ops-route.js'
import { startOpsServer } from '../shared/ops-server.js'
import { sentenceOf } from '../shared/user-error.js'

export type RunningRole = {
  status(): object | Promise<object>
  unhealthy?(): string | undefined
  /** What it answers beside its status. */
  readonly routes?: readonly OpsRoute[]
  /** Resolves when the role has nothing more to do or was stopped; rejects when it cannot go on. */
  readonly done: Promise<void>
  stop(): Promise<void>
}

type OpsConfig = { readonly name: string; readonly role: string; readonly ops: { readonly host: string; readonly port: number }; readonly logLevel: string }

/** A server that is away must not keep a process for ever; whatever was acknowledged is on disk. */
const STOP_WITHIN_MS = 30_000

async function stopInTime(role: RunningRole): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not stop within ${STOP_WITHIN_MS / 1000} s; is a server away that it uses?`)), STOP_WITHIN_MS)
  })
  await Promise.race([role.stop(), late])
  clearTimeout(timer)
}

/** Runs a role until a signal, the end of its work, or the death of the process that started it. Returns the exit code. */
export async function runAsProcess<C extends OpsConfig>(config: C, start: (config: C, log: Logger) => Promise<RunningRole>): Promise<number> {
  const log = createLogger(config.name, config.logLevel)
  const stopping = new AbortController()
  const stop = (reason: string): void => {
    if (stopping.signal.aborted) return
    log.info({ reason }, 'stopping')
    stopping.abort()
  }
  process.on('SIGINT', () => stop('SIGINT'))
  process.on('SIGTERM', () => stop('SIGTERM'))
  // Started by `up`: when that process is gone, nobody would ever stop us.
  process.on('disconnect', () => stop('the supervisor is gone'))
  let code = 0
  try {
    const role = await start(config, log)
    const ops = await startOpsServer({ ...config.ops, status: async () => ({ role: config.role, name: config.name, pid: process.pid, ...(await role.status()) }), unhealthy: () => role.unhealthy?.(), ...(role.routes === undefined ? {} : { routes: role.routes }) })
    log.info({ ops: ops.url }, 'ready')
    process.send?.({ type: 'ready', ops: ops.url })
    const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve(), { once: true }))
    if (stopping.signal.aborted) stop('stopped while starting')
    else await Promise.race([role.done, stopped])
    await ops.close()
    await stopInTime(role)
  } catch (error) {
    const sentence = sentenceOf(error)
    log.error({ error: sentence }, 'cannot go on')
    process.send?.({ type: 'failed', sentence, code: error instanceof Error ? (error as { code?: unknown }).code : undefined })
    code = 1
  }
  return code
}
