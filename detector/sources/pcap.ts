/** Reads classic pcap: both byte orders, microseconds and nanoseconds. Format: draft-ietf-opsawg-pcap. */
import { SourceError } from './errors.js'
import type { FileBytes } from './file-bytes.js'
import { MAX_FRAME_BYTES, type Frame } from './frames.js'
import type { Notice } from './records.js'

type Variant = { readonly littleEndian: boolean; readonly unitsPerMs: number }

const VARIANTS: ReadonlyMap<number, Variant> = new Map([
  [0xa1b2c3d4, { littleEndian: false, unitsPerMs: 1e3 }],
  [0xd4c3b2a1, { littleEndian: true, unitsPerMs: 1e3 }],
  [0xa1b23c4d, { littleEndian: false, unitsPerMs: 1e6 }],
  [0x4d3cb2a1, { littleEndian: true, unitsPerMs: 1e6 }],
])

const FILE_HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16

/** @param magic first four bytes of the file, big-endian */
export const isPcap = (magic: number): boolean => VARIANTS.has(magic)

/** Yields every complete frame, as many at once as are in hand; a cut or damaged tail ends in one notice. Throws SourceError for a bad file header. */
export async function* readPcap(file: FileBytes): AsyncGenerator<readonly (Frame | Notice)[]> {
  if (!(await file.fill(FILE_HEADER_BYTES))) {
    throw new SourceError('CORRUPT_HEADER', file.path, 'the pcap header is incomplete; record or copy the file again')
  }
  const header = file.take(FILE_HEADER_BYTES)
  const variant = VARIANTS.get(header.readUInt32BE(0))
  if (variant === undefined) throw new SourceError('UNKNOWN_FORMAT', file.path, 'this is not a pcap file; check the file')
  const u32 = (bytes: Buffer, at: number): number => variant.littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
  // The upper bits carry the frame check sequence length; only the lower 16 name the link type.
  const linkType = u32(header, 20) & 0xffff

  for (;;) {
    const items: (Frame | Notice)[] = []
    let neededBytes = RECORD_HEADER_BYTES
    while (file.buffered >= neededBytes) {
      const record = file.peek(RECORD_HEADER_BYTES)
      const capturedBytes = u32(record, 8)
      if (capturedBytes > MAX_FRAME_BYTES) {
        yield [...items, {
          kind: 'notice', code: 'CORRUPT_CAPTURE', byteOffset: file.offset,
          message: `the packet at byte ${file.offset} claims ${capturedBytes} bytes; everything before it was read`,
        }]
        return
      }
      neededBytes = RECORD_HEADER_BYTES + capturedBytes
      if (file.buffered < neededBytes) break
      const timeMs = u32(record, 0) * 1000 + u32(record, 4) / variant.unitsPerMs
      const wireBytes = u32(record, 12)
      items.push({ kind: 'frame', timeMs, linkType, bytes: file.take(neededBytes).subarray(RECORD_HEADER_BYTES), wireBytes: Math.max(wireBytes, capturedBytes) })
      neededBytes = RECORD_HEADER_BYTES
    }
    if (items.length > 0) yield items
    if (await file.fill(neededBytes)) continue
    if (file.buffered > 0) yield [truncated(file.offset)]
    return
  }
}

function truncated(byteOffset: number): Notice {
  return {
    kind: 'notice', code: 'TRUNCATED_CAPTURE', byteOffset,
    message: `the capture is cut at byte ${byteOffset}; everything before it was read`,
  }
}
