/** Four honest validators on real sockets, the fifth one an attacker in a process of its own that aims at the first. */
import { fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { validatorSetOf } from '../../../domain/genesis.js'
import { decodeTransactions, listen } from '../../../consensus/network/gossip.js'
import { idOfPeer } from '../../../consensus/network/testing/meshes.js'
import { createLocalNetwork, freshTx, until, type RunningValidator } from '../../../consensus/node/testing/local-network.js'
import { freePorts } from '../../../platform/free-port.js'
import type { AttackOrder, AttackReport } from './attacker.js'

export type FuzzReport = {
  readonly frames: number
  readonly sent: AttackReport['sent']
  /** Messages of the attacker that the victim read. */
  readonly read: number
  /** By type and reason, those of the attacker. */
  readonly refused: Readonly<Record<string, number>>
  readonly cutOffs: number
  readonly points: number
  readonly cutOffForMs: number
  readonly rssMb: readonly number[]
  readonly heapMb: readonly number[]
  readonly seconds: number
  readonly committedDuring: number
  readonly committedAfter: boolean
  readonly fatal: number
  readonly alarms: number
}

/** @param untilCutOff with a number, the attacker is scored as usual and stops after being cut off so often */
export async function runFuzz({ frames, seed = 1, untilCutOff, onProgress = () => undefined }: {
  frames: number; seed?: number; untilCutOff?: number | undefined; onProgress?: (sent: number) => void
}): Promise<FuzzReport> {
  const network = await createLocalNetwork(5, untilCutOff === undefined ? { scoring: { cutAtPoints: Infinity }, isFloodLimited: false } : {})
  const honest = await Promise.all([0, 1, 2, 3].map((i) => network.start(i)))
  const [victim] = honest as [RunningValidator]
  listen(victim.mesh, 'transactions', (bytes) => void decodeTransactions(bytes))
  await until('four connected', () => honest.every(({ node }) => node.status().connectedPeers >= 3))

  // What a test network remembers for tests would grow with every block, and hide what grows in the product.
  const counts = honest.map(() => ({ txs: 0, alarms: 0 }))
  const txCount = (): number => {
    for (const [i, { committed, reports }] of honest.entries()) {
      const count = counts[i] as { txs: number; alarms: number }
      count.txs += committed.splice(0).reduce((sum, { block }) => sum + block.transactions.length, 0)
      count.alarms += reports.splice(0).filter(({ kind }) => kind === 'safety-alarm').length
    }
    return Math.min(...counts.map(({ txs }) => txs))
  }
  let made = 0
  const submit = (): void => {
    const tx = freshTx(++made)
    for (const validator of honest) validator.submit(tx)
  }
  const load = setInterval(submit, 250)
  const rssMb: number[] = []
  const heapMb: number[] = []
  const sample = (): void => {
    txCount()
    collectGarbage()
    const { rss, heapUsed, external } = process.memoryUsage()
    rssMb.push(Math.round(rss / 1e6))
    heapMb.push(Math.round((heapUsed + external) / 1e6))
  }
  sample()
  const startedAt = performance.now()
  const [port] = await freePorts(1)
  const set = validatorSetOf(network.genesis)
  const order: AttackOrder = {
    frames, seed, untilCutOff, chainId: set.chainId, validators: set.validators.map(({ id }) => id),
    victim: { name: 'v0', address: network.addressOf(0) }, listen: `/ip4/127.0.0.1/tcp/${port}`,
  }
  let nextSample = frames / 10
  try {
    const report = await runAttacker(order, (sent) => {
      if (sent >= nextSample) {
        nextSample += frames / 10
        sample()
      }
      onProgress(sent)
    })
    const attacker = idOfPeer('v4').toString()
    await untilQuiet(() => victim.mesh.guard.admitted(attacker))
    const seconds = (performance.now() - startedAt) / 1000
    sample()
    clearInterval(load)
    const committedDuring = txCount()
    await until('everything sent before is committed', () => txCount() === made, 60_000)
    submit()
    const committedAfter = await until('a commit after the attack', () => txCount() === made, 60_000).then(() => true, () => false)
    const standing = victim.mesh.guard.standings().find(({ peer }) => peer === attacker)
    return {
      frames, sent: report.sent, read: victim.mesh.guard.admitted(attacker), cutOffs: report.cutOffs,
      refused: Object.fromEntries(victim.mesh.guard.refusals().filter(({ peer }) => peer === attacker).map(({ type, reason, count }) => [`${type}: ${reason}`, count])),
      points: standing?.points ?? 0, cutOffForMs: standing?.pausedForMs ?? 0,
      rssMb, heapMb, seconds: Math.round(seconds), committedDuring, committedAfter,
      fatal: honest.reduce((sum, validator) => sum + validator.fatal.length, 0),
      alarms: counts.reduce((sum, { alarms }) => sum + alarms, 0),
    }
  } finally {
    clearInterval(load)
    await Promise.all(honest.map((validator) => validator.stop()))
    network.remove()
  }
}

function runAttacker(order: AttackOrder, onProgress: (sent: number) => void): Promise<AttackReport> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./attacker.ts', import.meta.url), { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    child.on('message', (message: { progress?: number; report?: AttackReport; failed?: string }) => {
      if (message.progress !== undefined) onProgress(message.progress)
      if (message.report !== undefined) resolve(message.report)
      if (message.failed !== undefined) reject(new Error(`the attacker failed: ${message.failed}`))
    })
    child.once('exit', (code) => reject(new Error(`the attacker ended with ${code}`)))
    child.send(order)
  })
}

async function untilQuiet(read: () => number): Promise<void> {
  for (let before = -1, quiet = 0; quiet < 10; await sleep(100)) {
    const now = read()
    quiet = now === before ? quiet + 1 : 0
    before = now
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
  gc()
}
