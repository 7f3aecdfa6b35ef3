/** Answers to «what leads to this block» as liars give them, one kind after the other, on a validator that else is honest. */
import type { Stream } from '@libp2p/interface'
import { createBlock, encodeBlock, type Block } from '../../../domain/block.js'
import { ByteWriter } from '../../../domain/bytes.js'
import { asHeight, type BlockHash } from '../../../domain/ids.js'
import { encodeFrame, createFrameReader } from '../../../consensus/network/frames.js'
import type { Mesh } from '../../../consensus/network/mesh.js'
import { answerBlocks, BLOCKS_PROTOCOL, decodeBlocksAnswer } from '../../../consensus/node/block-exchange.js'

export const LIES = ['other blocks', 'forged certificates', 'other transactions', 'cut short', 'noise', 'endless', 'silence'] as const
export type Lie = (typeof LIES)[number]

type Source = Parameters<typeof answerBlocks>[0]

/** Takes the place of the honest answers: each lie once, honest from then on. @returns how often each lie was told */
export async function lieAboutBlocks(mesh: Mesh, source: Source, lies: readonly Lie[] = LIES): Promise<Map<Lie, number>> {
  const told = new Map<Lie, number>()
  let next = 0
  await mesh.libp2p.unhandle(BLOCKS_PROTOCOL)
  await mesh.libp2p.handle(BLOCKS_PROTOCOL, (stream) => {
    const read = createFrameReader(64 * 1024)
    stream.addEventListener('message', ({ data }) => {
      for (const request of read(data instanceof Uint8Array ? data : data.subarray())) {
        const lie = lies[next++]
        if (lie !== undefined) told.set(lie, (told.get(lie) ?? 0) + 1)
        tell(stream, lie, request, source)
      }
    })
  }, { maxInboundStreams: 64 })
  return told
}

function tell(stream: Stream, lie: Lie | undefined, request: Uint8Array, source: Source): void {
  if (lie === 'silence') return
  if (lie === 'endless') return drip(stream)
  const honest = answerBlocks(source, request)
  const frame = encodeFrame(lie === undefined ? honest : answerOf(lie, honest))
  stream.send(lie === 'cut short' ? frame.subarray(0, Math.floor(frame.length / 2)) : frame)
  stream.close().catch(() => undefined)
}

function answerOf(lie: Lie, honest: Uint8Array): Uint8Array {
  const blocks = decodeBlocksAnswer(honest)
  switch (lie) {
    case 'other blocks':
      return encodeAll(blocks.map((block) => rebuilt(block, { height: asHeight(block.header.height + 3) })))
    case 'forged certificates':
      return encodeAll(blocks.map((block, i) => (i === 0 ? block : rebuilt(block, { justify: { ...block.justify, signatures: block.justify.signatures.map((entry) => ({ ...entry, signature: new Uint8Array(64).fill(9) })) } }))))
    case 'other transactions':
      return encodeAll(blocks.map((block) => ({ ...block, transactions: [] })))
    case 'noise':
      return honest.map((byte, i) => (i % 7 === 3 ? byte ^ 0x55 : byte))
    case 'cut short':
    case 'endless':
    case 'silence':
      return honest
  }
}

function rebuilt(block: Block, changes: Partial<Parameters<typeof createBlock>[0]>): Block {
  const { txRoot: _tx, justifyHash: _justify, ...content } = block.header
  return createBlock({ ...content, parentHash: content.parentHash as BlockHash, justify: block.justify, transactions: block.transactions, ...changes })
}

function encodeAll(blocks: readonly Block[]): Uint8Array {
  const writer = new ByteWriter(4096).u32(blocks.length)
  for (const block of blocks) writer.blob(encodeBlock(block))
  return writer.finish()
}

/** A frame of the largest size that comes so slowly that it never ends. */
function drip(stream: Stream): void {
  stream.send(Uint8Array.of(0, 0xff, 0xff, 0xff))
  const timer = setInterval(() => {
    if (stream.status !== 'open') return clearInterval(timer)
    stream.send(new Uint8Array(100))
  }, 100)
  timer.unref()
}
