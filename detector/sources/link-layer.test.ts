import { describe, expect, it } from 'vitest'
import { ethernet, ipv4, ipv6, tcp, udp } from '../testing/bytes.js'
import { SYN } from './records.js'
import { decodeFrame } from './packets.js'

const ip = ipv4(tcp(SYN))
const six = ipv6(17, udp())
const bytes = (...values: number[]): Buffer => Buffer.from(values)
const u16 = (value: number): Buffer => bytes(value >> 8, value & 0xff)

const LAYERS: readonly (readonly [string, number, Buffer])[] = [
  ['Ethernet', 1, ethernet(0x0800, ip)],
  ['Ethernet with a VLAN tag', 1, ethernet(0x8100, Buffer.concat([bytes(0, 5), u16(0x0800), ip]))],
  ['Ethernet with QinQ tags', 1, ethernet(0x88a8, Buffer.concat([bytes(0, 5), u16(0x8100), bytes(0, 6), u16(0x0800), ip]))],
  ['PPPoE', 1, ethernet(0x8864, Buffer.concat([bytes(0x11, 0, 0, 1, 0, 42), u16(0x0021), ip]))],
  ['MPLS', 1, ethernet(0x8847, Buffer.concat([bytes(0, 0, 0, 64, 0, 0, 1, 64), ip]))],
  ['BSD null, little-endian', 0, Buffer.concat([bytes(2, 0, 0, 0), ip])],
  ['BSD null, big-endian', 0, Buffer.concat([bytes(0, 0, 0, 2), ip])],
  ['BSD loop', 108, Buffer.concat([bytes(0, 0, 0, 2), ip])],
  ['raw IP', 101, ip],
  ['raw IP (12)', 12, ip],
  ['raw IPv4', 228, ip],
  ['PPP with address and control', 9, Buffer.concat([bytes(0xff, 0x03), u16(0x0021), ip])],
  ['PPP without address and control', 9, Buffer.concat([u16(0x0021), ip])],
  ['PPP with a compressed protocol field', 9, Buffer.concat([bytes(0x21), ip])],
  ['PPP serial carrying Cisco HDLC', 50, Buffer.concat([bytes(0x0f, 0), u16(0x0800), ip])],
  ['Cisco HDLC', 104, Buffer.concat([bytes(0x0f, 0), u16(0x0800), ip])],
  ['Linux SLL', 113, Buffer.concat([Buffer.alloc(14), u16(0x0800), ip])],
  ['Linux SLL2', 276, Buffer.concat([u16(0x0800), Buffer.alloc(18), ip])],
]

describe('link layer', () => {
  for (const [name, linkType, frame] of LAYERS) {
    it(`finds the IP packet in ${name}`, () => {
      expect(decodeFrame({ kind: 'frame', timeMs: 1, linkType, bytes: frame, wireBytes: frame.length }))
        .toMatchObject({ kind: 'packet', source: '10.0.0.1', sourcePort: 40_000, destinationPort: 80, tcpFlags: SYN })
    })
    it(`counts ${name} cut inside its headers instead of throwing`, () => {
      for (let length = 0; length < frame.length - 4; length++) {
        const item = decodeFrame({ kind: 'frame', timeMs: 1, linkType, bytes: frame.subarray(0, length), wireBytes: frame.length })
        expect(item.kind).toBe('skipped')
      }
    })
  }

  it('finds IPv6 behind every BSD address family', () => {
    for (const family of [10, 24, 28, 30]) {
      const frame = Buffer.concat([bytes(family, 0, 0, 0), six])
      expect(decodeFrame({ kind: 'frame', timeMs: 1, linkType: 0, bytes: frame, wireBytes: frame.length })).toMatchObject({ source: 'fd00::a' })
    }
  })

  it('counts ARP as not IP', () => {
    const frame = ethernet(0x0806, Buffer.alloc(28))
    expect(decodeFrame({ kind: 'frame', timeMs: 1, linkType: 1, bytes: frame, wireBytes: 42 })).toEqual({ kind: 'skipped', reason: 'not-ip' })
  })
})
