import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeFrame } from './frames.js'
import type { Mesh } from './mesh.js'
import { request, RequestFailedError, serve } from './requests.js'
import { createMeshes, idOfPeer, until, type Meshes } from './testing/meshes.js'

let meshes: Meshes
let a: Mesh
let b: Mesh
const target = idOfPeer('v1')
beforeAll(async () => {
  meshes = await createMeshes(['v0', 'v1', 'v2'])
  ;[a, b] = await Promise.all([meshes.start('v0'), meshes.start('v1')])
  await meshes.connected(a, 'v1')
})
afterAll(() => meshes.stopAll())

const openStreams = (mesh: Mesh, protocol: string): number => mesh.libp2p.getConnections().flatMap(({ streams }) => streams).filter((stream) => stream.protocol === protocol).length

test('an answer of five megabytes comes back whole, and the asker is known', async () => {
  await serve(b, '/t/echo', (bytes, peer) => (peer.equals(idOfPeer('v0')) ? Buffer.concat([new Uint8Array(5 * 1024 * 1024), bytes]) : new Uint8Array(0)))
  const answer = await request(a, target, '/t/echo', Uint8Array.of(1, 2, 3))
  expect(answer.length).toBe(5 * 1024 * 1024 + 3)
  expect([...answer.subarray(-3)]).toEqual([1, 2, 3])
})

test('fifty questions at once are all answered', async () => {
  await serve(b, '/t/plus', ([n = 0]) => Uint8Array.of(n + 1))
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => request(a, target, '/t/plus', Uint8Array.of(n))))
  expect(answers.map(([n]) => n)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
})

const refusals: readonly [string, string, () => Promise<void>, RegExp][] = [
  ['a peer that never answers', '/t/silent', () => serve(b, '/t/silent', () => new Promise<Uint8Array>(() => undefined)), /timed out|aborted/],
  ['a stream that ends before the answer is whole', '/t/short', () => b.libp2p.handle('/t/short', (stream) => { stream.addEventListener('message', () => { stream.send(encodeFrame(new Uint8Array(100)).subarray(0, 50)); stream.close().catch(() => undefined) }) }), /ended before a whole message/],
  ['an answer above the limit', '/t/huge', () => b.libp2p.handle('/t/huge', (stream) => { stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1)) }), /exceeds the limit/],
  ['a handler that throws', '/t/throws', () => serve(b, '/t/throws', () => { throw new Error('no') }), /reset|ended|abort/i],
  ['a protocol that the peer does not speak', '/t/unknown', () => Promise.resolve(), /protocol/i],
]
test.each(refusals)('%s fails in time, says why, and leaves no stream open', async (_, protocol, prepare, reason) => {
  await prepare()
  const start = performance.now()
  const failure = await request(a, target, protocol, Uint8Array.of(1), 700).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(RequestFailedError)
  expect((failure as Error).message).toMatch(reason)
  expect((failure as Error).message).toContain(protocol)
  expect(performance.now() - start).toBeLessThan(5000)
  await until('no open stream', () => openStreams(a, protocol) === 0, 5000)
})

test('a peer that is away fails in time', async () => {
  await expect(request(a, idOfPeer('v2'), '/t/echo', Uint8Array.of(1), 700)).rejects.toThrow(RequestFailedError)
})

test('a question above the limit is refused by the one who is asked', async () => {
  await expect(request(a, target, '/t/echo', new Uint8Array(65 * 1024), 2000)).rejects.toThrow(RequestFailedError)
})
