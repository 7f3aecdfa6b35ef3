/** What nfdump, a collector of NetFlow that we have not written, makes of datagrams. */
import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Totals = { readonly flows: number; readonly packets: number; readonly bytes: number }

export async function countWithNfdump(datagrams: readonly Buffer[]): Promise<Totals> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-nfdump-'))
  const port = await freePort()
  const collector = spawn('nfcapd', ['-p', String(port), '-b', '127.0.0.1', '-B', '8000000', '-l', folder, '-t', '3600'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const ended = new Promise((resolve) => { collector.once('close', resolve); collector.once('error', (error) => { said += error.message; resolve(error) }) })
  for (const stream of [collector.stdout, collector.stderr]) stream.on('data', (text: Buffer) => { said += text.toString() })
  try {
    await until(() => readdirSync(folder).some((name) => name.startsWith('nfcapd.current')), () => `nfcapd did not start: ${said}`)
    const socket = createSocket('udp4')
    for (const [index, datagram] of datagrams.entries()) {
      await new Promise((resolve) => socket.send(datagram, port, '127.0.0.1', resolve))
      // It has no way to say how far it is, but the kernel has: what it has not taken when it is told to end is lost.
      if (index % 64 === 63 || index === datagrams.length - 1) await until(() => isTaken(port), () => `nfcapd did not take its datagrams: ${said}`)
    }
    socket.close()
  } finally {
    // Told to end just before it waits for the next datagram, it hears of it only at the next signal.
    const ending = setInterval(() => collector.kill('SIGTERM'), 200)
    collector.kill('SIGTERM')
    await ended
    clearInterval(ending)
  }
  try {
    const files = readdirSync(folder).filter((name) => /^nfcapd\.\d+$/.test(name) && statSync(join(folder, name)).size > 0)
    if (files.length === 0) throw new Error(`nfcapd wrote nothing: ${said}`)
    const { stdout } = spawnSync('nfdump', ['-R', folder, '-I'], { encoding: 'utf8' })
    const number = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(stdout)?.[1] ?? NaN)
    return { flows: number('Flows'), packets: number('Packets'), bytes: number('Bytes') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether nothing waits in the kernel for this port of this machine, by its table of sockets; a datagram that it had no room for is an error. */
function isTaken(port: number): boolean {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const columns = readFileSync('/proc/net/udp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/)).find((line) => line[1] === local)
  if (columns === undefined) throw new Error(`nobody listens on port ${port}`)
  if (columns.at(-1) !== '0') throw new Error(`${columns.at(-1)} datagrams were dropped`)
  return columns[4]?.endsWith(':00000000') === true
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => { socket.bind(0, '127.0.0.1', resolve) })
  const { port } = socket.address()
  await new Promise<void>((resolve) => { socket.close(() => resolve()) })
  return port
}

async function until(condition: () => boolean, otherwise: () => string): Promise<void> {
  for (const deadline = Date.now() + 10_000; !condition();) {
    if (Date.now() > deadline) throw new Error(otherwise())
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
