/** Opens a file of packets or flows, telling the format from the content: names lie (9 of our 110 `.pcap` are pcapng). */
import { splitCsv, readCicFlowMeter } from './cicflowmeter.js'
import { looksLikeCicFlowMeter } from './cicflowmeter-columns.js'
import { SourceError } from './errors.js'
import { FileBytes } from './file-bytes.js'
import { readFlowLines, type LineFormat } from './flow-lines.js'
import { readCapture } from './packets.js'
import { isPcap } from './pcap.js'
import { PCAPNG_MAGIC } from './pcapng.js'
import type { FlowRecord, Notice, Packet, Skipped } from './records.js'
import { sniffLines } from './sniff-lines.js'
import { inTimeOrder } from './time-order.js'

export type SourceFormat = 'pcap' | 'pcapng' | 'cicflowmeter-csv' | LineFormat
export type FileItem = Packet | FlowRecord | Skipped | Notice
export type OpenedSource = { readonly format: SourceFormat; readonly items: AsyncGenerator<FileItem> }

/** Enough for the longest CICFlowMeter header line (91 columns, about 1.6 KB) and the start of an EVE event. */
const SNIFF_BYTES = 8192

/**
 * Pull-based: nothing is read before the first item is asked for, and never more than one chunk ahead.
 * Flow files come out in order of start time (within a bounded buffer), captures in file order.
 * Throws SourceError when the file cannot be read or its format is unknown.
 */
export async function openSource(path: string): Promise<OpenedSource> {
  const file = await FileBytes.open(path)
  try {
    await file.fill(SNIFF_BYTES)
    const format = sniff(path, file.peek(SNIFF_BYTES))
    return { format, items: closing(file, batchesOf(file, format)) }
  } catch (error) {
    await file.close()
    throw error
  }
}

function batchesOf(file: FileBytes, format: SourceFormat): AsyncGenerator<readonly FileItem[]> {
  switch (format) {
    case 'pcap':
    case 'pcapng': return readCapture(file, format)
    case 'cicflowmeter-csv': return inTimeOrder(readCicFlowMeter(file))
    case 'eve-json':
    case 'zeek-tsv':
    case 'zeek-json':
    case 'flow-lite': return inTimeOrder(readFlowLines(file))
  }
}

async function* closing(file: FileBytes, batches: AsyncGenerator<readonly FileItem[]>): AsyncGenerator<FileItem> {
  try {
    for await (const batch of batches) for (const item of batch) yield item
  } finally {
    await file.close()
  }
}

export function sniff(path: string, start: Buffer): SourceFormat {
  if (start.length === 0) throw new SourceError('EMPTY_FILE', path, 'the file is empty; record the capture again')
  if (start.length >= 4) {
    const magic = start.readUInt32BE(0)
    if (isPcap(magic)) return 'pcap'
    if (magic === PCAPNG_MAGIC) return 'pcapng'
    if (magic >>> 16 === 0x1f8b || magic === 0x28b52ffd || magic === 0xfd377a58) {
      throw new SourceError('COMPRESSED_FILE', path, 'the file is compressed; unpack it first')
    }
  }
  // A byte-order mark before the first column or brace is not part of it.
  const text = start.toString('utf8').replace(/^\uFEFF/, '')
  const lines = sniffLines(path, text)
  if (lines !== undefined) return lines
  const firstLine = text.split('\n', 1)[0] ?? ''
  if (looksLikeCicFlowMeter(splitCsv(firstLine))) return 'cicflowmeter-csv'
  throw new SourceError('UNKNOWN_FORMAT', path, 'the format is not known; give a pcap, a pcapng, a CICFlowMeter CSV, a Suricata EVE JSON file, a Zeek conn.log or flow-lite lines')
}
