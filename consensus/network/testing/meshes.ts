/** Real libp2p nodes on loopback for tests. */
import { createSigner } from '../../../platform/crypto/ed25519.js'
import { freePorts } from '../../../platform/free-port.js'
import { seedOf, until } from '../../node/testing/local-network.js'
import { peerIdOf } from '../identity.js'
import { startMesh, type Mesh } from '../mesh.js'

export { until }
export const publicKeyOf = (name: string): Uint8Array => createSigner(seedOf(name)).publicKey
export const idOfPeer = (name: string) => peerIdOf(publicKeyOf(name))

export type Meshes = {
  /** Starts `name`; it may talk to the others that were named. */
  start(name: string): Promise<Mesh>
  connected(a: Mesh, name: string): Promise<void>
  stopAll(): Promise<void>
}

/** @param names those who may connect to each other */
export async function createMeshes(names: readonly string[]): Promise<Meshes> {
  const ports = await freePorts(names.length)
  const running = new Set<Mesh>()
  const peers = names.map((name, i) => ({ publicKey: publicKeyOf(name), name, address: `/ip4/127.0.0.1/tcp/${ports[i]}` }))
  return {
    async start(name) {
      const own = peers.find((peer) => peer.name === name)
      const mesh = await startMesh({ seed: seedOf(name), listen: own?.address, peers })
      running.add(mesh)
      return mesh
    },
    connected: (mesh, name) => until(`${name} connected`, () => mesh.isConnected(idOfPeer(name)), 10_000),
    async stopAll() {
      await Promise.all([...running].map((mesh) => mesh.stop()))
    },
  }
}
