/**
 * A real redis-server of one test: its own process, port and folder. Where the program is missing, tests say why they
 * are skipped; a full run takes its absence for a failure.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../../../platform/free-port.js'

export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0
/** Wrap describe.skipIf with it. */
export const skipsRedis = !hasRedisServer && process.env.CYBERMESH_FULL !== '1'
export const NO_REDIS = 'redis-server is not installed (apt install redis-server); these tests run it'

export type TestRedis = {
  readonly port: number
  readonly folder: string
  readonly url: string
  /** Runs redis-cli with these words; the answer as it prints it, without a terminal. */
  cli(...words: string[]): string
  /** kill -9 */
  kill(): Promise<void>
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export type TestRedisOptions = {
  /** Words of redis.conf, such as `appendonly: 'yes'`. */
  readonly config?: Readonly<Record<string, string>>
  /** Words of redis-cli that let it in. */
  readonly cli?: readonly string[]
  readonly folder?: string
}

export async function startTestRedis({ config = {}, cli = [], folder = mkdtempSync(join(tmpdir(), 'cybermesh-redis-')) }: TestRedisOptions = {}): Promise<TestRedis> {
  const port = await freePort()
  const lines = Object.entries({ port: String(port), bind: '127.0.0.1', save: '""', 'enable-debug-command': 'local', dir: folder, ...config }).map(([name, value]) => `${name} ${value}`)
  writeFileSync(join(folder, 'redis.conf'), `${lines.join('\n')}\n`)
  const cliArguments = ['-p', 'tls-port' in config ? config['tls-port'] as string : String(port), ...cli]
  let child: ChildProcess
  const run = (words: readonly string[]): { readonly status: number | null; readonly text: string } => {
    const { status, stdout, stderr } = spawnSync('redis-cli', [...cliArguments, ...words], { encoding: 'utf8' })
    return { status, text: `${stdout}${stderr}`.trimEnd() }
  }
  const start = async (): Promise<void> => {
    child = spawn('redis-server', [join(folder, 'redis.conf')], { stdio: 'ignore' })
    const deadline = Date.now() + 20_000
    while (!/PONG|NOAUTH|NOPERM/.test(run(['PING']).text)) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`redis-server does not start: ${run(['PING']).text}`)
      await sleep(10)
    }
  }
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
  // A test run that is cut short leaves no server behind.
  const leave = (): void => { child.kill('SIGKILL') }
  process.once('exit', leave)
  await start()
  return {
    port, folder, url: `redis://127.0.0.1:${port}`,
    cli: (...words) => run(words).text,
    kill,
    restart: start,
    async stop() {
      process.off('exit', leave)
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
