/** What every role gives whoever runs it, and the shell that runs one as a process. */
import type { Logger } from '../shared/logger.js'
import { createLogger } from '../shared/logger.js'
import { startOpsServer } from '../shared/ops-server.js'
import { sentenceOf } from '../shared/user-error.js'

export type RunningRole = {
  status(): object | Promise<object>
  unhealthy?(): string | undefined
  /** Resolves when the role has nothing more to do or was stopped; rejects when it cannot go on. */
  readonly done: Promise<void>
  stop(): Promise<void>
}

type OpsConfig = { readonly name: string; readonly role: string; readonly ops: { readonly host: string; readonly port: number }; readonly logLevel: string }

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
    const ops = await startOpsServer({ ...config.ops, status: async () => ({ role: config.role, name: config.name, pid: process.pid, ...(await role.status()) }), unhealthy: () => role.unhealthy?.() })
    log.info({ ops: ops.url }, 'ready')
    process.send?.({ type: 'ready', ops: ops.url })
    const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve(), { once: true }))
    if (stopping.signal.aborted) stop('stopped while starting')
    else await Promise.race([role.done, stopped])
    await ops.close()
    await role.stop()
  } catch (error) {
    const sentence = sentenceOf(error)
    log.error({ error: sentence }, 'cannot go on')
    process.send?.({ type: 'failed', sentence })
    code = 1
  }
  return code
}
