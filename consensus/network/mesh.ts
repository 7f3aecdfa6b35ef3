/**
 * The libp2p node under validators and recorders: TCP with Noise, only keys of the genesis file may connect, and a
 * connection that drops is dialled again until it is back.
 */
import { gossipsub, type GossipSub } from '@chainsafe/libp2p-gossipsub'
import { identify, type Identify } from '@libp2p/identify'
import type { Libp2p, PeerId } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createHash } from 'node:crypto'
import { createLibp2p } from 'libp2p'
import { GOSSIP_TOPICS } from './gossip-topics.js'
import { peerIdOf, transportKey } from './identity.js'
import { createPeerGuard, type PeerGuard } from './peer-guard.js'
import type { ScorePolicy } from './peer-score.js'
import { gatheredNoise, gatheredYamux } from './transport-layers.js'

export type MeshPeer = { readonly publicKey: Uint8Array; readonly name: string; readonly address: string | undefined }

export type MeshOptions = {
  readonly seed: Uint8Array
  /** Multiaddr to listen on, for example /ip4/127.0.0.1/tcp/8001; undefined for a node that only dials. */
  readonly listen: string | undefined
  /** Everybody this node may talk to. Those with an address are dialled. */
  readonly peers: readonly MeshPeer[]
  /** How much trouble a peer may make; the default is right outside tests. */
  readonly scoring?: Partial<ScorePolicy> | undefined
  /** Off only in tests of what lies behind it. */
  readonly isFloodLimited?: boolean | undefined
}

export type Mesh = {
  readonly libp2p: Libp2p<{ identify: Identify; pubsub: GossipSub }>
  readonly gossip: GossipSub
  /** Counts what peers did wrong, and cuts off who does too much of it. */
  readonly guard: PeerGuard
  isConnected(peer: PeerId): boolean
  stop(): Promise<void>
}

const REDIAL_MS = 300
/** Between two looks while nobody is missing: a mesh with nothing to do should not wake up for it. */
const ALL_THERE_MS = 1000
/** Gossiped messages stay far below this; blocks travel on direct streams. */
const MAX_GOSSIP_BYTES = 2 * 1024 * 1024
/** Two peers that dial each other at once have two for a moment; more only multiply what one may hold open. */
const MAX_CONNECTIONS_PER_PEER = 4

export class MeshError extends Error {
  constructor(readonly code: 'PORT_IN_USE', readonly field: string, reason: string, options?: ErrorOptions) {
    super(`${field}: ${reason}`, options)
    this.name = 'MeshError'
  }
}

// The network library puts all errors of listening into one text.
const isPortTaken = (error: unknown): boolean => error instanceof Error && error.message.includes('EADDRINUSE')

/** Throws MeshError when another program has the port. */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const allowed = new Set(options.peers.map(({ publicKey }) => peerIdOf(publicKey).toString()))
  const guard = createPeerGuard({
    peers: allowed, policy: options.scoring, isFloodLimited: options.isFloodLimited, now: () => performance.now(), onCut: (peer) => cut(libp2p, peer),
  })
  const libp2p: Mesh['libp2p'] = await createLibp2p({
    privateKey: await transportKey(options.seed),
    addresses: { listen: options.listen === undefined ? [] : [options.listen] },
    transports: [tcp()],
    connectionEncrypters: [gatheredNoise()],
    streamMuxers: [gatheredYamux()],
    // A busy event loop answers pings late; cutting a healthy connection after the default 5 s loses 40-60 % of the
    // messages. Never cutting one leaves us talking to a host that lost power until TCP gives up, a quarter of an hour.
    // Each ping is a stream of its own, 8 ms of code that has gone cold; every 20 s they were half of what an idle
    // validator did.
    connectionMonitor: { enabled: true, pingInterval: 60_000, abortConnectionOnPingFailure: true, pingTimeout: { minTimeout: 30_000 } },
    connectionManager: {
      reconnectRetries: 0,
      // Many nodes on one host dial at once; the default of five a second resets them.
      inboundConnectionThreshold: 500,
      maxIncomingPendingConnections: 200,
    },
    connectionGater: {
      denyInboundEncryptedConnection: (peer) => !allowed.has(peer.toString()) || guard.isPaused(peer.toString()),
      denyInboundUpgradedConnection: (peer): boolean => libp2p.getConnections(peer).length >= MAX_CONNECTIONS_PER_PEER,
      // Peers listen on loopback when a mesh runs on one machine.
      denyDialMultiaddr: () => false,
    },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        allowPublishToZeroTopicPeers: true,
        emitSelf: false,
        // Payloads carry their own signatures; signing again costs a third of the throughput.
        globalSignaturePolicy: 'StrictNoSign',
        msgIdFn: (message) => createHash('sha256').update(message.topic).update('\0').update(message.data).digest(),
        floodPublish: true,
        D: Math.min(8, Math.max(2, options.peers.length)),
        Dlo: 1,
        Dhi: 12,
        maxOutboundBufferSize: 64 * 1024 * 1024,
        idontwantMinDataSize: 1e7,
        maxInboundDataLength: MAX_GOSSIP_BYTES,
        // Subscriptions and messages of other topics would fill maps that nothing bounds.
        allowedTopics: new Set(Object.values(GOSSIP_TOPICS)),
        decodeRpcLimits: {
          maxSubscriptions: 16, maxMessages: 1000, maxIhaveMessageIDs: 5000, maxIwantMessageIDs: 5000, maxControlMessages: 100,
          maxIdontwantMessageIDs: 512, maxPeerInfos: 16,
        },
        // What is this old is settled on the chain or was asked for directly; each id in the cache costs memory.
        seenTTL: 30_000,
        // Nodes behind one address are normal here; the default score graylists them.
        scoreParams: { IPColocationFactorWeight: 0 },
      }),
    },
  }).catch((error: unknown) => { throw isPortTaken(error) ? new MeshError('PORT_IN_USE', 'listen', `${options.listen} is in use; stop the program that holds it or choose another port`, { cause: error }) : error })
  const stopDialling = keepDialling(libp2p, options.peers, guard)
  return {
    libp2p,
    gossip: libp2p.services.pubsub,
    guard,
    isConnected: (peer) => libp2p.getConnections(peer).length > 0,
    async stop() {
      stopDialling()
      await libp2p.stop()
    },
  }
}

/** Not a polite goodbye, which would have to be read: what is under way is dropped. */
function cut(libp2p: Libp2p, peer: string): void {
  for (const connection of libp2p.getConnections()) {
    if (connection.remotePeer.toString() === peer) connection.abort(new Error('this peer is cut off for a while'))
  }
}

/** libp2p redials only tagged peers it once reached; a validator that was never up must be found too. */
function keepDialling(libp2p: Libp2p, peers: readonly MeshPeer[], guard: PeerGuard): () => void {
  const targets = peers
    .filter((peer) => peer.address !== undefined)
    .map((peer) => ({ id: peerIdOf(peer.publicKey), address: multiaddr(peer.address as string) }))
    .filter(({ id }) => !id.equals(libp2p.peerId))
  const dialling = new Set<string>()

  const dialMissing = (): { readonly isComplete: boolean } => {
    const missing = targets.filter(({ id }) => libp2p.getConnections(id).length === 0)
    for (const { id, address } of missing) {
      const key = id.toString()
      if (dialling.has(key) || guard.isPaused(key)) continue
      dialling.add(key)
      libp2p.dial(address.encapsulate(`/p2p/${key}`), { signal: AbortSignal.timeout(3000) })
        .catch(() => undefined) // Not up yet; the next round tries again.
        .finally(() => dialling.delete(key))
    }
    return { isComplete: missing.length === 0 }
  }
  let timer: NodeJS.Timeout
  const keepLooking = (): void => {
    timer = setTimeout(keepLooking, dialMissing().isComplete ? ALL_THERE_MS : REDIAL_MS)
  }
  keepLooking()
  return () => clearTimeout(timer)
}
