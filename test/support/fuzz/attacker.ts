/** The attacker as a process of its own: validator v4's key, a real libp2p node, and nothing honest to say. */
import '../../../platform/polyfill.js'
import type { Stream } from '@libp2p/interface'
import { createLibp2p } from 'libp2p'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChainId, ValidatorId } from '../../../domain/ids.js'
import { encodeFrame, createFrameReader } from '../../../consensus/network/frames.js'
import { GOSSIP_TOPICS } from '../../../consensus/network/gossip.js'
import { transportKey } from '../../../consensus/network/identity.js'
import { LANES, protocolOf, type Lane } from '../../../consensus/network/lanes.js'
import { startMesh, type Mesh } from '../../../consensus/network/mesh.js'
import { BLOCKS_PROTOCOL, CHAIN_PROTOCOL } from '../../../consensus/node/block-exchange.js'
import { seedOf } from '../../../consensus/node/testing/local-network.js'
import { idOfPeer, publicKeyOf } from '../../../consensus/network/testing/meshes.js'
import { createSigner } from '../../../platform/crypto/ed25519.js'
import { createFrameSource } from './frame-source.js'
import { createRandom, type Random } from './random.js'

/** Frames sent by kind; the parent reads it from messages `{ sent }`. */
export type AttackOrder = {
  readonly frames: number
  readonly seed: number
  readonly chainId: ChainId
  readonly validators: readonly ValidatorId[]
  readonly victim: { readonly name: string; readonly address: string }
  readonly listen: string
  /** Stop when the victim has cut us off this many times; undefined: push every frame through. */
  readonly untilCutOff: number | undefined
}
export type AttackReport = { readonly sent: Readonly<Record<string, number>>; readonly cutOffs: number }

const PACKED_FRAMES = 64
const HUGE_BYTES = 10 * 1024 * 1024

async function attack(order: AttackOrder): Promise<AttackReport> {
  const random = createRandom(order.seed)
  const self = createSigner(seedOf('v4'))
  const source = createFrameSource(random, self, order.chainId, order.validators)
  const sent: Record<string, number> = {}
  const count = (kind: string, times = 1): void => { sent[kind] = (sent[kind] ?? 0) + times }
  const mesh = await startMesh({
    seed: seedOf('v4'), listen: order.listen, isFloodLimited: false, scoring: { cutAtPoints: Infinity },
    peers: order.validators.map((_, i) => ({ publicKey: publicKeyOf(`v${i}`), name: `v${i}`, address: i === 0 ? order.victim.address : undefined })),
  })
  await learnFrom(mesh, source.learn)
  const victim = idOfPeer(order.victim.name)
  let cutOffs = 0
  mesh.libp2p.addEventListener('peer:disconnect', ({ detail }) => { if (detail.equals(victim)) cutOffs += 1 })
  const streams = new Map<Lane, Stream>()
  const isOver = (): boolean => order.untilCutOff !== undefined && cutOffs >= order.untilCutOff

  const push = async (lane: Lane, bytes: Uint8Array): Promise<boolean> => {
    try {
      let stream = streams.get(lane)
      if (stream?.status !== 'open') {
        stream = await mesh.libp2p.dialProtocol(victim, protocolOf(lane), { signal: AbortSignal.timeout(3000) })
        streams.set(lane, stream)
      }
      if (!stream.send(bytes)) await stream.onDrain({ signal: AbortSignal.timeout(30_000) })
      return true
    } catch {
      streams.get(lane)?.abort(new Error('again'))
      streams.delete(lane)
      // Cut off, or the stream broke: the next push dials again.
      if (!mesh.isConnected(victim)) await sleep(100)
      return false
    }
  }

  await until(() => mesh.isConnected(victim))
  await until(() => source.learned > 20)
  let total = 0
  const told = setInterval(() => process.send?.({ progress: total }), 1000)
  while (total < order.frames && !isOver()) {
    for (const lane of LANES) {
      const frames = Array.from({ length: PACKED_FRAMES }, () => source.next()).filter((frame) => frame.lane === lane || random.below(3) === 0)
      if (await push(lane, Buffer.concat(frames.map(({ bytes }) => encodeFrame(bytes))))) {
        for (const { kind } of frames) count(kind)
        total += frames.length
      }
    }
    const dice = random.below(400)
    if (dice === 0) { await push(random.pick(LANES), Buffer.concat([Uint8Array.of(0xff, 0xff, 0xff, random.below(256)), random.bytes(100)])); count('huge length'); total += 1 }
    if (dice === 1 && random.below(5) === 0) { await push('proposals', encodeFrame(new Uint8Array(HUGE_BYTES))); count('10 MB frame'); total += 1 }
    if (dice === 2) { await push('proposals', encodeFrame(random.bytes(1024 * 1024))); count('1 MB of noise'); total += 1 }
    if (dice < 40) { await ask(mesh, random, order.victim.name); count('request'); total += 1 }
    if (dice < 80) {
      mesh.gossip.publish(random.pick(Object.values(GOSSIP_TOPICS)), random.bytes(1 + random.below(300))).catch(() => undefined)
      count('gossip')
      total += 1
    }
    if (dice < 4) { await gossipNoise(mesh, random, order.victim.name); count('gossip stream noise'); total += 1 }
    if (dice < 8) { await rawNoise(order.victim.address, random); count('raw tcp noise'); total += 1 }
    if (dice < 2) { await dialAsStranger(order.victim.address, random); count('stranger dials'); total += 1 }
  }
  clearInterval(told)
  await sleep(500)
  await mesh.stop()
  return { sent, cutOffs }
}

/** Honest validators send us their messages, since we are one of them: the best corpus there is. */
async function learnFrom(mesh: Mesh, learn: (lane: Lane, bytes: Uint8Array) => void): Promise<void> {
  for (const lane of LANES) {
    await mesh.libp2p.handle(protocolOf(lane), (stream) => {
      const read = createFrameReader(8 * 1024 * 1024)
      stream.addEventListener('message', ({ data }) => { for (const message of read(data instanceof Uint8Array ? data : data.subarray())) learn(lane, message) })
    }, { maxInboundStreams: 32 })
  }
}

async function onStream(mesh: Mesh, victim: string, protocol: string, bytes: Uint8Array): Promise<void> {
  let stream: Stream | undefined
  try {
    stream = await mesh.libp2p.dialProtocol(idOfPeer(victim), protocol, { signal: AbortSignal.timeout(3000) })
    stream.send(bytes)
    await stream.close({ signal: AbortSignal.timeout(1000) })
  } catch {
    // Refused, which is what we came for.
  }
  stream?.abort(new Error('done'))
}

const ask = (mesh: Mesh, random: Random, victim: string): Promise<void> => {
  const body = random.pick([random.bytes(random.below(100)), new Uint8Array(40), new Uint8Array(8), Buffer.concat([random.bytes(32), new Uint8Array(8)])])
  return onStream(mesh, victim, random.pick([BLOCKS_PROTOCOL, CHAIN_PROTOCOL]), random.below(20) === 0 ? random.bytes(200) : encodeFrame(body))
}

const gossipNoise = (mesh: Mesh, random: Random, victim: string): Promise<void> =>
  onStream(mesh, victim, random.pick(['/meshsub/1.2.0', '/meshsub/1.1.0', '/ipfs/id/1.0.0', '/ipfs/id/push/1.0.0']), random.bytes(1 + random.below(2000)))

/** Bytes on the bare TCP port: no handshake is ever finished. */
function rawNoise(address: string, random: Random): Promise<void> {
  const port = Number(address.split('/').at(-1))
  return new Promise((resolve) => {
    const socket = new Socket()
    const done = (): void => { socket.destroy(); resolve() }
    socket.setTimeout(1000, done).on('error', done).on('close', done).connect(port, '127.0.0.1', () => {
      socket.write(random.bytes(1 + random.below(2000)), () => done())
    })
  })
}

/** A key that no genesis knows. */
async function dialAsStranger(address: string, random: Random): Promise<void> {
  const stranger = await createLibp2p({ privateKey: await transportKey(random.bytes(32)), transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()] })
  try {
    const stream = await stranger.dialProtocol(multiaddr(address), protocolOf('votes'), { signal: AbortSignal.timeout(2000) })
    stream.send(encodeFrame(random.bytes(100)))
  } catch {
    // Refused at the handshake.
  }
  await stranger.stop()
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 1200 && !isTrue(); i++) await sleep(50)
}

process.once('message', (order: AttackOrder) => {
  attack(order).then((report) => process.send?.({ report }, () => process.exit(0)), (error: unknown) => {
    process.send?.({ failed: error instanceof Error ? error.stack : String(error) }, () => process.exit(1))
  })
})
process.on('disconnect', () => process.exit(1))
