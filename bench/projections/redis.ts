/** A redis-server of the benchmark's own, where the program is installed. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { once } from 'node:events'
import { freePort } from '../../platform/free-port.js'

export type BenchRedis = { readonly url: string; readonly version: string; stop(): Promise<void> }

/** Undefined where there is no redis-server. It keeps nothing on disk: timelines in Redis are a cache. */
export async function startRedis(folder: string): Promise<BenchRedis | undefined> {
  const asked = spawnSync('redis-server', ['--version'], { encoding: 'utf8' })
  if (asked.status !== 0) return undefined
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], { stdio: ['ignore', 'pipe', 'ignore'] })
  const stopWithUs = (): void => { child.kill('SIGKILL') }
  process.once('exit', stopWithUs)
  let said = ''
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += String(chunk)
    if (said.includes('Ready to accept connections')) break
  }
  child.stdout.resume()
  if (child.exitCode !== null) throw new Error(`redis-server ended at its start: ${said.slice(-300)}`)
  return {
    url: `redis://127.0.0.1:${port}`, version: /v=(\S+)/.exec(asked.stdout)?.[1] ?? 'unknown',
    async stop() {
      process.off('exit', stopWithUs)
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
