/** Exports of softflowd, an exporter of NetFlow that we have not written, over a capture file. */
import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const has = (program: string): boolean => spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${program}`]).status === 0
export const HAS_SOFTFLOWD = has('softflowd')
export const HAS_NFDUMP = has('nfcapd') && has('nfdump')
/** Appended to the names of tests that are skipped without them. */
export const NEEDS_EXPORTER = HAS_SOFTFLOWD && HAS_NFDUMP ? '' : ' (skipped: apt-get install softflowd nfdump)'

const ENVIRONMENT = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` }
/** More than the datagrams of any of our captures: a socket's own buffer holds only some hundred. */
const BUFFER_BYTES = 8 * 1024 * 1024

export type Export = { readonly datagrams: readonly Buffer[]; readonly flows: number; readonly packets: number }

/** What it sends of the capture, and what it says that it has counted. */
export async function exportWithSoftflowd(capture: string, args: readonly string[]): Promise<Export> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES })
  const datagrams: Buffer[] = []
  socket.on('message', (datagram) => datagrams.push(datagram))
  await new Promise<void>((resolve) => { socket.bind(0, '127.0.0.1', resolve) })
  // It removes the file of its process id when it ends, whatever file that is.
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-softflowd-'))
  // Timeouts longer than any capture: its flows are ended by ours alone where they differ, and it ends them at the file's end.
  const child = spawn('softflowd', ['-d', '-m', '2000000', '-r', capture, '-n', `127.0.0.1:${socket.address().port}`, '-c', 'none', '-p', join(folder, 'pid'), ...args], { env: ENVIRONMENT })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => { said += text.toString() })
  const code = await new Promise((resolve) => child.once('close', resolve))
  rmSync(folder, { recursive: true })
  const exported = /Flows exported: \d+ \(\d+ records\) in (\d+) packets/.exec(said)
  if (code !== 0 || exported === null) throw new Error(`softflowd ended with ${String(code)}: ${said.slice(-500)}`)
  for (const deadline = Date.now() + 10_000; datagrams.length < Number(exported[1]) && Date.now() < deadline;) await new Promise((resolve) => setTimeout(resolve, 5))
  await new Promise<void>((resolve) => { socket.close(() => resolve()) })
  const number = (pattern: RegExp): number => Number(pattern.exec(said)?.[1] ?? NaN)
  return { datagrams, flows: number(/Flows expired: (\d+)/), packets: number(/Packets processed: (\d+)/) }
}
