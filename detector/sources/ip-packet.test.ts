import { describe, expect, it } from 'vitest'
import { ipv4, ipv6, tcp, udp } from '../testing/bytes.js'
import { ipv6Text } from './addresses.js'
import { decodeIp } from './ip-packet.js'
import { ACK } from './records.js'

const decode = (bytes: Buffer, wireBytes = bytes.length): ReturnType<typeof decodeIp> => decodeIp(bytes, 0, wireBytes, 5)
const extension = (next: number, ...rest: number[]): Buffer => Buffer.from([next, 0, 0, 0, 0, 0, 0, 0, ...rest])

describe('IP packets', () => {
  it('takes payload from the IP length, not from what was captured', () => {
    const whole = ipv4(tcp(ACK, { payload: 1000 }))
    expect(decode(whole.subarray(0, 60))).toMatchObject({ ipBytes: 1040, payloadBytes: 1000 })
  })

  it('uses the frame length where segmentation offload left the IP length 0', () => {
    expect(decode(ipv4(tcp(ACK), { totalLength: 0 }), 5000)).toMatchObject({ ipBytes: 5000, payloadBytes: 4960 })
  })

  it('does not read ports from later fragments', () => {
    expect(decode(ipv4(udp(), { protocol: 17, fragmentField: 185 }))).toMatchObject({ fragment: 'later', sourcePort: 0, destinationPort: 0 })
    expect(decode(ipv4(udp(), { protocol: 17, fragmentField: 0x2000 }))).toMatchObject({ fragment: 'first', destinationPort: 53 })
  })

  it('walks IPv6 extension headers to the transport', () => {
    const chain = Buffer.concat([extension(43), extension(60), extension(17), udp({ payload: 2 })])
    expect(decode(ipv6(0, chain))).toMatchObject({ protocol: 17, destinationPort: 53, payloadBytes: 2, fragment: 'whole' })
  })

  it('tells first, later and atomic IPv6 fragments apart', () => {
    const fragment = (field: number): Buffer => {
      const header = extension(17)
      header.writeUInt16BE(field, 2)
      return ipv6(44, Buffer.concat([header, udp()]))
    }
    expect(decode(fragment(0x0001))).toMatchObject({ fragment: 'first', destinationPort: 53 })
    expect(decode(fragment(0x0008))).toMatchObject({ fragment: 'later', destinationPort: 0 })
    expect(decode(fragment(0x0000))).toMatchObject({ fragment: 'whole', destinationPort: 53 })
  })

  it('gives up on a chain of extension headers that does not end', () => {
    expect(decode(ipv6(0, Buffer.concat(Array.from({ length: 20 }, () => extension(0)))))).toBe('bad-ip-header')
  })

  it('keeps ICMP type and code instead of ports', () => {
    expect(decode(ipv4(Buffer.from([3, 1, 0, 0, 0, 0, 0, 0]), { protocol: 1 }))).toMatchObject({ icmpKind: 0x0301, sourcePort: 0 })
  })

  it('refuses an IP header that contradicts itself', () => {
    expect(decode(ipv4(tcp(ACK), { totalLength: 10 }))).toBe('bad-ip-header')
    expect(decode(Buffer.from([0x55, 0, 0, 0]))).toBe('bad-ip-header')
  })

  it('writes IPv6 addresses as RFC 5952 asks', () => {
    const text = (hex: string): string => ipv6Text(Buffer.from(hex, 'hex'), 0)
    expect(text('20010db8000000000000000000000001')).toBe('2001:db8::1')
    expect(text('20010db8000000010001000100010001')).toBe('2001:db8:0:1:1:1:1:1')
    expect(text('00000000000000000000000000000000')).toBe('::')
    expect(text('20010000000000010000000000000001')).toBe('2001:0:0:1::1')
    expect(text('fe800000000000000000000000000000')).toBe('fe80::')
  })
})
