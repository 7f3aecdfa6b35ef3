import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { openLanes, protocolOf, type Lanes } from './lanes.js'
import type { Mesh } from './mesh.js'
import { createMeshes, idOfPeer, until, type Meshes } from './testing/meshes.js'

let meshes: Meshes
let a: Mesh
let b: Mesh
const bytesOf = (n: number, sizeBytes = 8): Uint8Array => {
  const bytes = new Uint8Array(sizeBytes)
  new DataView(bytes.buffer).setUint32(0, n)
  return bytes
}
const numberIn = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
const silent = (mesh: Mesh): Promise<Lanes> => openLanes(mesh, () => undefined, () => undefined)

beforeEach(async () => {
  meshes = await createMeshes(['v0', 'v1'])
  ;[a, b] = await Promise.all([meshes.start('v0'), meshes.start('v1')])
})
afterEach(() => meshes.stopAll())

describe('lanes', () => {
  test('messages of a lane arrive whole, in order, from whom they came', async () => {
    const got: number[] = []
    const senders = new Set<string>()
    await openLanes(b, (peer, message) => { senders.add(peer.toString()); got.push(numberIn(message)) }, () => undefined)
    const lanes = await silent(a)
    await meshes.connected(a, 'v1')
    for (let n = 0; n < 500; n++) lanes.send(idOfPeer('v1'), 'votes', bytesOf(n, 8 + (n % 7) * 300))
    await until('500 messages', () => got.length === 500)
    expect(got).toEqual(Array.from({ length: 500 }, (_, n) => n))
    expect([...senders]).toEqual([idOfPeer('v0').toString()])
    expect(lanes.dropped()).toEqual({ votes: 0, timeouts: 0, proposals: 0 })
  })

  test('a vote overtakes a proposal of megabytes that is on its way', async () => {
    const got: number[] = []
    await openLanes(b, (_, message) => got.push(message.length), () => undefined)
    const lanes = await silent(a)
    await meshes.connected(a, 'v1')
    lanes.send(idOfPeer('v1'), 'votes', bytesOf(1))
    await until('the lanes are open', () => got.length === 1)
    for (let n = 0; n < 3; n++) lanes.send(idOfPeer('v1'), 'proposals', new Uint8Array(4 * 1024 * 1024))
    lanes.send(idOfPeer('v1'), 'votes', bytesOf(2))
    await until('all four', () => got.length === 5)
    expect(got.indexOf(8, 1)).toBeLessThan(4)
  })

  test('a peer that does not read loses the oldest messages, which are counted, and memory stays bounded', async () => {
    const held: Stream[] = []
    await b.libp2p.handle(protocolOf('votes'), (stream) => { stream.pause(); held.push(stream) })
    const lanes = await silent(a)
    await meshes.connected(a, 'v1')
    const count = 200
    for (let n = 0; n < count; n++) {
      lanes.send(idOfPeer('v1'), 'votes', bytesOf(n, 60_000))
      if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    // 12 MB were sent; a megabyte may wait in the queue, and the stream's own buffers hold a few more.
    expect(lanes.dropped().votes).toBeGreaterThan(count / 3)
    expect(lanes.dropped().votes).toBeLessThan(count)
    lanes.close()
  })

  test('a frame above the limit ends the stream and is said, and the lane works again afterwards', async () => {
    const got: number[] = []
    const bad: string[] = []
    await openLanes(b, (_, message) => got.push(numberIn(message)), (peer, error) => bad.push(`${peer.toString()} ${error.name}`))
    const lanes = await silent(a)
    await meshes.connected(a, 'v1')
    lanes.send(idOfPeer('v1'), 'votes', new Uint8Array(64 * 1024 + 1))
    await until('the refusal', () => bad.length === 1)
    expect(bad).toEqual([`${idOfPeer('v0').toString()} FrameTooLargeError`])
    await until('a vote on a new stream', () => { lanes.send(idOfPeer('v1'), 'votes', bytesOf(7)); return got.includes(7) })
  })

  test('what is sent to a peer that is away is dropped and counted at once', async () => {
    const lanes = await silent(a)
    await b.stop()
    await until('the loss is seen', () => !a.isConnected(idOfPeer('v1')))
    lanes.send(idOfPeer('v1'), 'timeouts', bytesOf(1))
    expect(lanes.dropped().timeouts).toBe(1)
  })
})

describe('the mesh', () => {
  test('a peer that was stopped is connected again less than five seconds after it is back, and its lanes work', async () => {
    await meshes.connected(a, 'v1')
    const lanes = await silent(a)
    await b.stop()
    await until('the loss is seen', () => !a.isConnected(idOfPeer('v1')))
    const start = performance.now()
    const again = await meshes.start('v1')
    const got: number[] = []
    await openLanes(again, (_, message) => got.push(numberIn(message)), () => undefined)
    await meshes.connected(a, 'v1')
    await until('a message', () => { lanes.send(idOfPeer('v1'), 'votes', bytesOf(9)); return got.length > 0 })
    expect(performance.now() - start).toBeLessThan(5000)
  })

  test('a stranger cannot connect, whoever it claims to allow', async () => {
    const strangers = await createMeshes(['stranger', 'v0'])
    try {
      const stranger = await strangers.start('stranger')
      const [address] = a.libp2p.getMultiaddrs()
      await stranger.libp2p.dial(multiaddr(String(address))).catch(() => undefined)
      await until('the stranger is cut off', () => stranger.libp2p.getConnections().length === 0, 5000)
      expect(a.libp2p.getConnections(idOfPeer('stranger'))).toEqual([])
    } finally {
      await strangers.stopAll()
    }
  })
})
