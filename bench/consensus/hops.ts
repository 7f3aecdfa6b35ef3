/** How long a small message takes from one validator to another: half the time of a round trip on one open stream. */
import type { PeerId, Stream } from '@libp2p/interface'
import { createFrameReader, encodeFrame } from '../../consensus/network/frames.js'
import type { Mesh } from '../../consensus/network/mesh.js'

const ECHO_PROTOCOL = '/cybermesh/bench/echo/1'
const FRAME_LIMIT = 4096
/** As long as an encoded vote. */
const MESSAGE = new Uint8Array(250)

export async function serveEcho(mesh: Mesh): Promise<void> {
  await mesh.libp2p.handle(ECHO_PROTOCOL, (stream) => onFrames(stream, (frame) => stream.send(encodeFrame(frame))))
}

/** One after another, so that each message travels alone. @returns milliseconds of one direction */
export async function measureHops(mesh: Mesh, to: PeerId, count: number): Promise<Float64Array> {
  const stream = await mesh.libp2p.dialProtocol(to, ECHO_PROTOCOL)
  let onEcho: () => void = () => undefined
  onFrames(stream, () => onEcho())
  const hops = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const sentAt = performance.now()
    await new Promise<void>((resolve) => {
      onEcho = resolve
      stream.send(encodeFrame(MESSAGE))
    })
    hops[i] = (performance.now() - sentAt) / 2
  }
  await stream.close()
  return hops
}

function onFrames(stream: Stream, onFrame: (frame: Uint8Array) => void): void {
  const read = createFrameReader(FRAME_LIMIT)
  stream.addEventListener('message', ({ data }) => {
    for (const frame of read(data instanceof Uint8Array ? data : data.subarray())) onFrame(frame)
  })
}
