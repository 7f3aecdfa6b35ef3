/** One validator of the benchmark as a process: real mesh, real block store, real safety record, fed by the clock. */
import '../../platform/polyfill.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesToHex, hexToBytes } from '../../domain/bytes.js'
import { validatorSetOf } from '../../domain/genesis.js'
import { asMillis, type ProducerId } from '../../domain/ids.js'
import { loadGenesis } from '../../cli/config/load.js'
import { systemClock } from '../../platform/clock.js'
import { createSigner } from '../../platform/crypto/ed25519.js'
import { startMesh } from '../../consensus/network/mesh.js'
import { peerIdOf } from '../../consensus/network/identity.js'
import { startValidatorNode } from '../../consensus/node/validator-node.js'
import { openBlockStore } from '../../consensus/storage/block-store.js'
import { openSafetyStore } from '../../consensus/storage/safety-record/store.js'
import { createMempool, defaultMempoolLimits } from '../../ingest/mempool/mempool.js'
import { createAdmission } from './admission.js'
import { startFeed } from './feed.js'
import { measureHops, serveEcho } from './hops.js'
import type { FromValidator, Phase, ToValidator, ValidatorConfig } from './protocol.js'
import { recordPhase, type Outside, type PhaseRecorder } from './recorder.js'
import { countWireBytes } from './wire-bytes.js'
import { readWorkload, transactionOf } from './workload.js'

/** As many as fill some blocks; what is due beyond them waits outside, as it does in a topic. */
const ROOM_BELOW = 2000

const wire = countWireBytes()
const config = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as ValidatorConfig
const genesis = loadGenesis(config.genesisPath)
const set = validatorSetOf(genesis)
const signer = createSigner(hexToBytes(config.seed))
const now = (): number => performance.timeOrigin + performance.now()
const say = (message: FromValidator): void => void process.send?.(message)
const fail = (error: unknown): void => {
  say({ type: 'failed', sentence: error instanceof Error ? error.stack ?? error.message : String(error) })
  process.exitCode = 1
}

const mempool = createMempool(defaultMempoolLimits(genesis.limits.skewMs, genesis.limits.blockBytes))
const admission = createAdmission(genesis)
const mesh = await startMesh({
  seed: hexToBytes(config.seed), listen: config.addresses[config.index],
  peers: set.validators.map(({ publicKey }, i) => ({ publicKey, name: `v${i}`, address: config.addresses[i] })),
})
let recorder: PhaseRecorder | undefined
const node = await startValidatorNode({
  genesis, signer, verify: admission.verify, verifyAhead: admission.ahead, findTransaction: (id) => mempool.get(id), checkTransaction: admission.checkTransaction, pool: mempool, mesh, clock: systemClock,
  baseTimeoutMs: config.baseTimeoutMs,
  blocks: openBlockStore(join(config.folder, 'chain')),
  safety: openSafetyStore(join(config.folder, 'safety.record'), { chainId: set.chainId, publicKey: signer.publicKey }),
  onCommit(blocks) {
    recorder?.committed(blocks, now())
    for (const { block } of blocks) mempool.remove(block.transactions.map(({ id }) => id))
  },
  onReport: () => undefined,
  onFatal: fail,
})
await serveEcho(mesh)

const outside = (): Outside => {
  const { viewChanges, committedHeight, stateRoot } = node.status()
  return { index: config.index, viewChanges, bytesSent: wire.sent(), height: committedHeight, stateRoot }
}

async function run(phase: Phase): Promise<void> {
  const messages = readWorkload(phase.workload)
  const recording = recordPhase(phase, outside())
  recorder = recording
  const take = async (from: number, to: number): Promise<void> => {
    const transactions = messages.slice(from, to).map(transactionOf)
    transactions.forEach(({ id }, i) => recording.offered(id, from + i))
    const checked = await admission.admit(transactions, systemClock.now())
    let shed = 0
    for (const { tx, message } of checked) {
      const producer = bytesToHex(message.producerId) as ProducerId
      if (mempool.add({ tx, producer, time: asMillis(message.tsSeconds * 1000) }).kind === 'full') shed += 1
    }
    recording.shed(shed)
    node.transactionsAvailable()
  }
  const feed = startFeed(phase, messages.length, { now, isOpen: () => mempool.size().count < ROOM_BELOW, take, onError: fail })
  const end = phase.startAt + phase.seconds * 1000 + phase.drainMs
  while (now() < end) await new Promise((resolve) => setTimeout(resolve, Math.min(50, Math.max(1, end - now()))))
  feed.stop()
  recorder = undefined
  say({ type: 'ran', result: recording.finish(outside()) })
}

process.on('message', (message: ToValidator) => {
  switch (message.type) {
    case 'run':
      return void run(message.phase).catch(fail)
    case 'measure-hops':
      return void measureHops(mesh, peerIdOf((set.validators[message.to] as (typeof set.validators)[number]).publicKey), message.count)
        .then((milliseconds) => say({ type: 'hops', milliseconds })).catch(fail)
    case 'stop':
      return void node.stop().then(() => process.disconnect()).catch(fail)
  }
})
const connected = setInterval(() => {
  if (node.status().connectedPeers < set.validators.length - 1) return
  clearInterval(connected)
  say({ type: 'ready' })
}, 20)
