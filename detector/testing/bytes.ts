/** Builds packets and captures byte by byte for tests, so that no test depends on a recorded file. */

export type IpOptions = { source?: string; destination?: string; protocol?: number; fragmentField?: number; totalLength?: number }

export function ipv4(payload: Buffer, options: IpOptions = {}): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header.writeUInt16BE(options.totalLength ?? 20 + payload.length, 2)
  header.writeUInt16BE(options.fragmentField ?? 0, 6)
  header[8] = 64
  header[9] = options.protocol ?? 6
  header.set(addressBytes(options.source ?? '10.0.0.1'), 12)
  header.set(addressBytes(options.destination ?? '10.0.0.2'), 16)
  return Buffer.concat([header, payload])
}

export const addressBytes = (address: string): Buffer => Buffer.from(address.split('.').map(Number))

export function ipv6(nextHeader: number, payload: Buffer, source = 'fd00000000000000000000000000000a', destination = 'fd00000000000000000000000000000b'): Buffer {
  const header = Buffer.alloc(40)
  header[0] = 0x60
  header.writeUInt16BE(payload.length, 4)
  header[6] = nextHeader
  header[7] = 64
  header.set(Buffer.from(source, 'hex'), 8)
  header.set(Buffer.from(destination, 'hex'), 24)
  return Buffer.concat([header, payload])
}

export function tcp(flags: number, options: { sourcePort?: number; destinationPort?: number; payload?: number; window?: number } = {}): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt16BE(options.sourcePort ?? 40_000, 0)
  header.writeUInt16BE(options.destinationPort ?? 80, 2)
  header[12] = 5 << 4
  header[13] = flags
  header.writeUInt16BE(options.window ?? 8192, 14)
  return Buffer.concat([header, Buffer.alloc(options.payload ?? 0)])
}

export function udp(options: { sourcePort?: number; destinationPort?: number; payload?: number } = {}): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt16BE(options.sourcePort ?? 40_000, 0)
  header.writeUInt16BE(options.destinationPort ?? 53, 2)
  header.writeUInt16BE(8 + (options.payload ?? 0), 4)
  return Buffer.concat([header, Buffer.alloc(options.payload ?? 0)])
}

export function ethernet(etherType: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(14)
  header.writeUInt16BE(etherType, 12)
  return Buffer.concat([header, payload])
}

export type Record = { timeMs: number; bytes: Buffer; wireBytes?: number }
export type PcapOptions = { littleEndian?: boolean; nanoseconds?: boolean; linkType?: number }

export function pcap(records: readonly Record[], { littleEndian = true, nanoseconds = false, linkType = 1 }: PcapOptions = {}): Buffer {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    if (littleEndian) bytes.writeUInt32LE(value)
    else bytes.writeUInt32BE(value)
    return bytes
  }
  const unit = nanoseconds ? 1e6 : 1e3
  const parts = [u32(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4), Buffer.alloc(12), u32(65_535), u32(linkType)]
  for (const { timeMs, bytes, wireBytes } of records) {
    const seconds = Math.floor(timeMs / 1000)
    parts.push(u32(seconds), u32(Math.round((timeMs - seconds * 1000) * unit)), u32(bytes.length), u32(wireBytes ?? bytes.length), bytes)
  }
  return Buffer.concat(parts)
}

/** A pcapng section with one interface; `resolution` is the if_tsresol byte. */
export function pcapng(records: readonly Record[], { littleEndian = true, linkType = 1, resolution }: { littleEndian?: boolean; linkType?: number; resolution?: number } = {}): Buffer {
  const u16 = (value: number): Buffer => { const b = Buffer.alloc(2); if (littleEndian) b.writeUInt16LE(value); else b.writeUInt16BE(value); return b }
  const u32 = (value: number): Buffer => { const b = Buffer.alloc(4); if (littleEndian) b.writeUInt32LE(value); else b.writeUInt32BE(value); return b }
  const block = (type: number, body: Buffer): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc((4 - body.length % 4) % 4)])
    return Buffer.concat([u32(type), u32(padded.length + 12), padded, u32(padded.length + 12)])
  }
  const options = resolution === undefined ? Buffer.alloc(0) : Buffer.concat([u16(9), u16(1), Buffer.from([resolution, 0, 0, 0]), u32(0)])
  const perMs = resolution === undefined ? 1e3 : (resolution & 0x80) !== 0 ? 2 ** (resolution & 0x7f) / 1000 : 10 ** resolution / 1000
  const parts = [
    block(0x0a0d0d0a, Buffer.concat([u32(0x1a2b3c4d), u16(1), u16(0), Buffer.alloc(8, 0xff)])),
    block(1, Buffer.concat([u16(linkType), u16(0), u32(0), options])),
  ]
  for (const { timeMs, bytes, wireBytes } of records) {
    const units = BigInt(Math.round(timeMs * perMs))
    parts.push(block(6, Buffer.concat([u32(0), u32(Number(units >> 32n)), u32(Number(units & 0xffff_ffffn)), u32(bytes.length), u32(wireBytes ?? bytes.length), bytes])))
  }
  return Buffer.concat(parts)
}
