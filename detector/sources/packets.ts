/** Turns captured frames into packets; what cannot be decoded becomes a counted skip, never an exception. */
import { SourceError } from './errors.js'
import type { FileBytes } from './file-bytes.js'
import type { Frame } from './frames.js'
import { decodeIp } from './ip-packet.js'
import { findIp, isKnownLinkType } from './link-layer.js'
import { readPcap } from './pcap.js'
import { readPcapng } from './pcapng.js'
import type { Notice, Packet, Skipped } from './records.js'

export async function* readCapture(file: FileBytes, format: 'pcap' | 'pcapng'): AsyncGenerator<readonly (Packet | Skipped | Notice)[]> {
  let sawKnownLink = false
  let unknownLinkType: number | undefined
  for await (const batch of format === 'pcap' ? readPcap(file) : readPcapng(file)) {
    yield batch.map((item) => {
      if (item.kind === 'notice') return item
      if (isKnownLinkType(item.linkType)) sawKnownLink = true
      else unknownLinkType ??= item.linkType
      return decodeFrame(item)
    })
  }
  if (!sawKnownLink && unknownLinkType !== undefined) {
    throw new SourceError('UNSUPPORTED_LINK_TYPE', file.path,
      `link type ${unknownLinkType} is not supported; record on an Ethernet, loopback, PPP or raw IP interface`)
  }
}

export function decodeFrame(frame: Frame): Packet | Skipped {
  const at = findIp(frame.linkType, frame.bytes)
  if (typeof at === 'string') return { kind: 'skipped', reason: at }
  const packet = decodeIp(frame.bytes, at, frame.wireBytes - at, frame.timeMs)
  return typeof packet === 'string' ? { kind: 'skipped', reason: packet } : packet
}
