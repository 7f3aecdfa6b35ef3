import { describe, expect, it } from 'vitest'
import { ethernet, ipv4, pcap, tcp, udp } from '../testing/bytes.js'
import { readAll, tempFile } from '../testing/files.js'
import { SYN } from './records.js'

const syn = ethernet(0x0800, ipv4(tcp(SYN)))
const records = [{ timeMs: 1_500_000_000_123.456, bytes: syn }, { timeMs: 1_500_000_001_000, bytes: syn }]

describe('pcap', () => {
  for (const littleEndian of [true, false]) {
    for (const nanoseconds of [true, false]) {
      it(`is read ${littleEndian ? 'little' : 'big'}-endian in ${nanoseconds ? 'nano' : 'micro'}seconds`, async () => {
        const items = await readAll(tempFile(pcap(records, { littleEndian, nanoseconds }), 'misnamed.txt'))
        expect(items).toHaveLength(2)
        expect(items[0]).toMatchObject({ kind: 'packet', source: '10.0.0.1', destination: '10.0.0.2', destinationPort: 80, tcpFlags: SYN, ipBytes: 40 })
        expect((items[0] as { timeMs: number }).timeMs).toBeCloseTo(1_500_000_000_123.456, 2)
      })
    }
  }

  it('yields everything before a cut and then a notice with the offset of the cut record', async () => {
    const whole = pcap(records)
    const items = await readAll(tempFile(whole.subarray(0, whole.length - 5)))
    expect(items.map((item) => item.kind)).toEqual(['packet', 'notice'])
    expect(items[1]).toMatchObject({ code: 'TRUNCATED_CAPTURE', byteOffset: 24 + 16 + syn.length })
  })

  it('reports a cut inside a record header', async () => {
    const whole = pcap(records)
    const items = await readAll(tempFile(Buffer.concat([whole, Buffer.alloc(7)])))
    expect(items.at(-1)).toMatchObject({ kind: 'notice', code: 'TRUNCATED_CAPTURE', byteOffset: whole.length })
  })

  it('stops at a record that claims more than any link carries', async () => {
    const broken = Buffer.concat([pcap(records), Buffer.alloc(16, 0x7f)])
    expect((await readAll(tempFile(broken))).at(-1)).toMatchObject({ code: 'CORRUPT_CAPTURE' })
  })

  it('refuses a file with half a header and says what to do', async () => {
    await expect(readAll(tempFile(pcap([]).subarray(0, 12)))).rejects.toMatchObject({ code: 'CORRUPT_HEADER' })
  })

  it('refuses a link type it cannot read', async () => {
    await expect(readAll(tempFile(pcap(records, { linkType: 195 })))).rejects.toMatchObject({ code: 'UNSUPPORTED_LINK_TYPE' })
  })

  it('reads files larger than one chunk without losing a packet', async () => {
    const big = Array.from({ length: 3000 }, (_, i) => ({ timeMs: i, bytes: ethernet(0x0800, ipv4(udp({ payload: 400 }), { protocol: 17 })) }))
    const items = await readAll(tempFile(pcap(big)))
    expect(items).toHaveLength(3000)
    expect(items[2999]).toMatchObject({ timeMs: 2999, payloadBytes: 400 })
  })
})
