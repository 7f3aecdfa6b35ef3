/** Finds the IP packet inside a frame: one function a link type, numbers from tcpdump.org/linktypes.html. */

/** Offset of the IP header, or why there is none. */
export type IpOffset = number | 'not-ip' | 'cut-header' | 'unknown-link-type'

const ETHERTYPE = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100, qinq: 0x88a8, oldQinq: 0x9100, pppoe: 0x8864, mpls: 0x8847 } as const
const PPP = { ipv4: 0x0021, ipv6: 0x0057 } as const
/** AF_INET6 differs between BSDs: 24 NetBSD and OpenBSD, 28 FreeBSD, 30 Darwin, 10 Linux. */
const AF_INET = 2
const AF_INET6: ReadonlySet<number> = new Set([10, 24, 28, 30])
const MAX_TAGS = 4

const LINKS: ReadonlyMap<number, (frame: Buffer) => IpOffset> = new Map([
  [0, bsdNull],
  [1, ethernet],
  [9, ppp],
  [12, rawIp], [14, rawIp], [101, rawIp], [228, rawIp], [229, rawIp],
  [50, ppp],
  [51, (frame: Buffer) => pppoe(frame, 0)],
  [104, ciscoHdlc],
  [108, bsdNull],
  [113, (frame: Buffer) => frame.length < 16 ? 'cut-header' : byEtherType(frame, frame.readUInt16BE(14), 16)],
  [276, (frame: Buffer) => frame.length < 20 ? 'cut-header' : byEtherType(frame, frame.readUInt16BE(0), 20)],
])

export const isKnownLinkType = (linkType: number): boolean => LINKS.has(linkType)

export function findIp(linkType: number, frame: Buffer): IpOffset {
  const find = LINKS.get(linkType)
  return find === undefined ? 'unknown-link-type' : find(frame)
}

function ethernet(frame: Buffer): IpOffset {
  return frame.length < 14 ? 'cut-header' : byEtherType(frame, frame.readUInt16BE(12), 14)
}

function byEtherType(frame: Buffer, etherType: number, offset: number): IpOffset {
  let type = etherType
  let at = offset
  for (let tags = 0; type === ETHERTYPE.vlan || type === ETHERTYPE.qinq || type === ETHERTYPE.oldQinq; tags++) {
    if (tags === MAX_TAGS) return 'not-ip'
    if (frame.length < at + 4) return 'cut-header'
    type = frame.readUInt16BE(at + 2)
    at += 4
  }
  if (type === ETHERTYPE.ipv4 || type === ETHERTYPE.ipv6) return at
  if (type === ETHERTYPE.pppoe) return pppoe(frame, at)
  if (type === ETHERTYPE.mpls) return mpls(frame, at)
  return 'not-ip'
}

function pppoe(frame: Buffer, at: number): IpOffset {
  return frame.length < at + 8 ? 'cut-header' : byPppProtocol(frame.readUInt16BE(at + 6), at + 8)
}

function byPppProtocol(protocol: number, at: number): IpOffset {
  return protocol === PPP.ipv4 || protocol === PPP.ipv6 ? at : 'not-ip'
}

/** RFC 1661 with or without the address and control bytes ff 03; link type 50 also carries Cisco HDLC frames. */
function ppp(frame: Buffer): IpOffset {
  if (frame.length < 4) return 'cut-header'
  const first = frame.readUInt8(0)
  if (first === 0xff && frame.readUInt8(1) === 0x03) return byPppProtocol(frame.readUInt16BE(2), 4)
  if (first === 0x0f || first === 0x8f) return ciscoHdlc(frame)
  // RFC 1661 §6.5: an odd first byte is a compressed one-byte protocol field.
  return (first & 1) === 1 ? byPppProtocol(first, 1) : byPppProtocol(frame.readUInt16BE(0), 2)
}

function ciscoHdlc(frame: Buffer): IpOffset {
  return frame.length < 4 ? 'cut-header' : byEtherType(frame, frame.readUInt16BE(2), 4)
}

/** The address family is in the recording host's byte order (null) or network order (loop): a small number either way. */
function bsdNull(frame: Buffer): IpOffset {
  if (frame.length < 4) return 'cut-header'
  const family = Math.min(frame.readUInt32LE(0), frame.readUInt32BE(0))
  return family === AF_INET || AF_INET6.has(family) ? 4 : 'not-ip'
}

function rawIp(frame: Buffer): IpOffset {
  return frame.length < 1 ? 'cut-header' : 0
}

/** RFC 3032: pop labels to the bottom of the stack; what follows says itself whether it is IP. */
function mpls(frame: Buffer, offset: number): IpOffset {
  for (let at = offset, labels = 0; labels < 8; labels++, at += 4) {
    if (frame.length < at + 5) return 'cut-header'
    if ((frame.readUInt8(at + 2) & 1) === 1) {
      const version = frame.readUInt8(at + 4) >> 4
      return version === 4 || version === 6 ? at + 4 : 'not-ip'
    }
  }
  return 'not-ip'
}
