/** Reads pcapng: sections of either byte order, several interfaces, enhanced, simple and obsolete packet blocks. */
import { SourceError } from './errors.js'
import type { FileBytes } from './file-bytes.js'
import { MAX_FRAME_BYTES, type Frame } from './frames.js'
import type { Notice } from './records.js'

export const PCAPNG_MAGIC = 0x0a0d0d0a
const BYTE_ORDER_LITTLE = 0x4d3c2b1a
const BYTE_ORDER_BIG = 0x1a2b3c4d

const BLOCK = { section: PCAPNG_MAGIC, interface: 1, packet: 2, simplePacket: 3, enhancedPacket: 6 } as const
const OPTION_TIME_RESOLUTION = 9
/** A block holds one frame and options; anything larger is damage, not data. */
const MAX_BLOCK_BYTES = MAX_FRAME_BYTES + 64 * 1024
const MAX_INTERFACES = 4096
/** Type, length and, of a section, the byte order: no block is shorter. */
const BLOCK_START_BYTES = 12

type Interface = { readonly linkType: number; readonly snapBytes: number; readonly unitsPerMs: number }
type Section = { readonly littleEndian: boolean; readonly interfaces: Interface[] }

/** Yields every frame of complete blocks, as many at once as are in hand; a cut or damaged tail ends in one notice. */
export async function* readPcapng(file: FileBytes): AsyncGenerator<readonly (Frame | Notice)[]> {
  let section: Section | undefined
  let items: (Frame | Notice)[] = []
  let neededBytes = BLOCK_START_BYTES
  for (;;) {
    if (file.buffered < neededBytes) {
      yield items
      items = []
      if (await file.fill(neededBytes)) continue
      if (section === undefined) throw new SourceError('CORRUPT_HEADER', file.path, 'the pcapng header is incomplete; record or copy the file again')
      if (file.buffered > 0) yield [notice('TRUNCATED_CAPTURE', file.offset, 'the capture is cut')]
      return
    }
    const blockStart = file.offset
    const start = file.peek(BLOCK_START_BYTES)
    if (start.readUInt32BE(0) === BLOCK.section) {
      // What stands before a section that cannot be read is good.
      yield items
      items = []
      section = openSection(file.path, start.readUInt32BE(8))
    }
    if (section === undefined) throw new SourceError('UNKNOWN_FORMAT', file.path, 'this is not a pcapng file; check the file')
    const view = blockReader(section.littleEndian)
    const type = view.u32(start, 0)
    const length = view.u32(start, 4)
    if (length < BLOCK_START_BYTES || length % 4 !== 0 || length > MAX_BLOCK_BYTES) {
      yield [...items, notice('CORRUPT_CAPTURE', blockStart, `the block claims ${length} bytes`)]
      return
    }
    neededBytes = length
    if (file.buffered < length) continue
    const body = file.take(length).subarray(8, length - 4)
    neededBytes = BLOCK_START_BYTES
    if (type === BLOCK.interface && section.interfaces.length < MAX_INTERFACES) {
      const described = readInterface(body, view)
      if (described !== undefined) section.interfaces.push(described)
    }
    const frame = readFrame(type, body, view, section.interfaces)
    if (frame === 'damaged') items.push(notice('CORRUPT_CAPTURE', blockStart, 'a packet block contradicts itself'))
    else if (frame !== undefined) items.push(frame)
  }
}

function openSection(path: string, byteOrder: number): Section {
  if (byteOrder === BYTE_ORDER_LITTLE) return { littleEndian: true, interfaces: [] }
  if (byteOrder === BYTE_ORDER_BIG) return { littleEndian: false, interfaces: [] }
  throw new SourceError('CORRUPT_HEADER', path, 'a pcapng section has no byte-order mark; record or copy the file again')
}

type BlockReader = { u16(bytes: Buffer, at: number): number; u32(bytes: Buffer, at: number): number }

const LITTLE: BlockReader = { u16: (b, at) => b.readUInt16LE(at), u32: (b, at) => b.readUInt32LE(at) }
const BIG: BlockReader = { u16: (b, at) => b.readUInt16BE(at), u32: (b, at) => b.readUInt32BE(at) }
const blockReader = (littleEndian: boolean): BlockReader => littleEndian ? LITTLE : BIG

function readInterface(body: Buffer, view: BlockReader): Interface | undefined {
  if (body.length < 8) return undefined
  let unitsPerMs = 1e3
  for (let at = 8; at + 4 <= body.length;) {
    const code = view.u16(body, at)
    const length = view.u16(body, at + 2)
    if (code === 0 || at + 4 + length > body.length) break
    if (code === OPTION_TIME_RESOLUTION && length >= 1) unitsPerMs = resolution(body.readUInt8(at + 4))
    at += 4 + Math.ceil(length / 4) * 4
  }
  return { linkType: view.u16(body, 0), snapBytes: view.u32(body, 4), unitsPerMs }
}

/** if_tsresol: the highest bit chooses powers of two instead of powers of ten. */
function resolution(value: number): number {
  return (value & 0x80) !== 0 ? 2 ** (value & 0x7f) / 1000 : 10 ** (value & 0x7f) / 1000
}

function readFrame(type: number, body: Buffer, view: BlockReader, interfaces: readonly Interface[]): Frame | 'damaged' | undefined {
  if (type === BLOCK.simplePacket) {
    const from = interfaces[0]
    if (from === undefined || body.length < 4) return 'damaged'
    const wireBytes = view.u32(body, 0)
    const captured = Math.min(wireBytes, from.snapBytes === 0 ? wireBytes : from.snapBytes, body.length - 4)
    // A simple packet block has no time; the reader keeps it in order by giving it the epoch's.
    return { kind: 'frame', timeMs: 0, linkType: from.linkType, bytes: body.subarray(4, 4 + captured), wireBytes }
  }
  if (type !== BLOCK.enhancedPacket && type !== BLOCK.packet) return undefined
  if (body.length < 20) return 'damaged'
  const from = interfaces[type === BLOCK.packet ? view.u16(body, 0) : view.u32(body, 0)]
  const captured = view.u32(body, 12)
  if (from === undefined || captured > body.length - 20) return 'damaged'
  const timeMs = (view.u32(body, 4) * 2 ** 32 + view.u32(body, 8)) / from.unitsPerMs
  return { kind: 'frame', timeMs, linkType: from.linkType, bytes: body.subarray(20, 20 + captured), wireBytes: Math.max(view.u32(body, 16), captured) }
}

function notice(code: Notice['code'], byteOffset: number, what: string): Notice {
  return { kind: 'notice', code, byteOffset, message: `${what} at byte ${byteOffset}; everything before it was read` }
}
