/**
 * Records the bundled sample: `npx tsx scripts/capture/record.ts [folder]`. Needs root, Linux and the tools that
 * docs/capture.md lists. Writes lab.pcap and lab.labels.json.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ATTACKS, type Attack } from './attacks.js'
import { HOSTS, SWITCH_INTERFACE, buildNetwork, removeNetwork, startOnSwitch } from './hosts.js'
import { BENIGN, startServers, useServices } from './services.js'

const SECONDS = 52
/** Ethernet, IP and TCP headers with options, and no more of anyone's data than that. */
const SNAP_BYTES = 96
const WARM_UP_MS = 1500

type Label = Omit<Attack, 'run' | 'atSeconds' | 'target'> & { readonly target: string; readonly startMs: number; readonly endMs: number }

async function record(folder: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'cybermesh-lab-'))
  const started: ChildProcess[] = []
  buildNetwork()
  try {
    started.push(...startServers(scratch))
    await sleep(WARM_UP_MS)
    const capture = startOnSwitch(['tcpdump', '-Z', 'root', '-i', SWITCH_INTERFACE, '-n', '-s', String(SNAP_BYTES), '-B', '8192', '-w', join(folder, 'lab.pcap'), 'ip'])
    started.push(capture)
    await sleep(WARM_UP_MS)
    const begin = performance.now()
    const [labels] = await Promise.all([runAttacks(begin), useServices(scratch, begin + SECONDS * 1000)])
    await sleep(500)
    await stop(capture)
    writeFileSync(join(folder, 'lab.labels.json'), `${JSON.stringify({
      recorded: new Date().toISOString(), snapBytes: SNAP_BYTES, hosts: Object.values(HOSTS), benign: BENIGN, attacks: labels,
    }, null, 2)}\n`)
    process.stdout.write(`lab.pcap: ${statSync(join(folder, 'lab.pcap')).size} bytes\n`)
  } finally {
    await Promise.all(started.map(stop))
    removeNetwork()
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function runAttacks(begin: number): Promise<readonly Label[]> {
  return Promise.all(ATTACKS.map(async ({ run, atSeconds, target, ...attack }) => {
    await sleep(Math.max(0, begin + atSeconds * 1000 - performance.now()))
    process.stdout.write(`${atSeconds} s: ${attack.name}\n`)
    const startMs = Date.now()
    await run()
    return { ...attack, target: target.address, startMs, endMs: Date.now() }
  }))
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  await Promise.race([ended, sleep(2000).then(() => child.kill('SIGKILL'))])
}

await record(process.argv[2] ?? new URL('../../detector/samples', import.meta.url).pathname)
