import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressBytes, addressText, createAddressMapping } from './crypto-pan.js'

/** Key and trace of the authors' own distribution (Crypto-PAn 1.0, sample.cpp, sample_trace_raw.dat and _sanitized.dat). */
const SAMPLE_KEY = Uint8Array.of(21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2)
const SAMPLE_TRACE = [
  ['128.11.68.132', '135.242.180.132'], ['129.118.74.4', '134.136.186.123'], ['130.132.252.244', '133.68.164.234'], ['141.223.7.43', '141.167.8.160'],
  ['141.233.145.108', '141.129.237.235'], ['152.163.225.39', '151.140.114.167'], ['156.29.3.236', '147.225.12.42'], ['165.247.96.84', '162.9.99.234'],
  ['166.107.77.190', '160.132.178.185'], ['192.102.249.13', '252.138.62.131'], ['192.215.32.125', '252.43.47.189'], ['192.233.80.103', '252.25.108.8'],
  ['192.41.57.43', '252.222.221.184'], ['193.150.244.223', '253.169.52.216'], ['195.205.63.100', '255.186.223.5'], ['198.200.171.101', '249.199.68.213'],
  ['198.26.132.101', '249.36.123.202'], ['198.36.213.5', '249.7.21.132'], ['198.51.77.238', '249.18.186.254'], ['199.217.79.101', '248.38.184.213'],
  ['202.49.198.20', '245.206.7.234'], ['203.12.160.252', '244.248.163.4'], ['204.184.162.189', '243.192.77.90'], ['204.202.136.230', '243.178.4.198'],
  ['204.29.20.4', '243.33.20.123'], ['205.178.38.67', '242.108.198.51'], ['205.188.147.153', '242.96.16.101'], ['205.188.248.25', '242.96.88.27'],
  ['205.245.121.43', '242.21.121.163'], ['207.105.49.5', '241.118.205.138'], ['207.135.65.238', '241.202.129.222'], ['207.155.9.214', '241.220.250.22'],
] as const
/** The same key over 128 bits, as yacryptopan computes it. */
const IPV6 = [
  ['::1', '78ff:f001:9fc0:20df:8380:b1f1:704:ed'], ['::2', '78ff:f001:9fc0:20df:8380:b1f1:704:ef'], ['::ffff', '78ff:f001:9fc0:20df:8380:b1f1:704:f838'],
  ['2001:db8::1', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e'], ['2001:db8::2', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c'],
] as const

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const commonBits = (a: Uint8Array, b: Uint8Array): number => {
  for (let bit = 0; bit < a.length * 8; bit++) if ((((a[bit >> 3] as number) ^ (b[bit >> 3] as number)) & (0x80 >> (bit & 7))) !== 0) return bit
  return a.length * 8
}

describe('anonymised addresses', () => {
  test.each(SAMPLE_TRACE)('of the published sample: %s becomes %s', (address, image) => { expect(createAddressMapping(SAMPLE_KEY)(address)).toBe(image) })
  test.each(IPV6)('of version 6: %s becomes %s', (address, image) => { expect(createAddressMapping(SAMPLE_KEY)(address)).toBe(image) })

  test.each([4, 16])('of %i bytes share exactly as many leading bits as the addresses do', (length) => {
    const address = fc.uint8Array({ minLength: length, maxLength: length })
    fc.assert(fc.property(key, address, address, fc.nat({ max: length * 8 }), (secret, one, other, shared) => {
      const near = other.map((byte, i) => {
        const mask = shared >= (i + 1) * 8 ? 0xff : shared <= i * 8 ? 0 : 0xff00 >> (shared - i * 8) & 0xff
        return ((one[i] as number) & mask) | (byte & ~mask)
      })
      const map = createAddressMapping(secret)
      const image = (bytes: Uint8Array): Uint8Array => addressBytes(map(addressText(bytes)) as string) as Uint8Array
      expect(commonBits(image(one), image(near))).toBe(commonBits(one, near))
    }), { numRuns: 200 })
  })

  test('are told apart by the key', () => {
    const one = createAddressMapping(SAMPLE_KEY)
    const other = createAddressMapping(SAMPLE_KEY.map((byte, i) => (i === 31 ? byte ^ 1 : byte)))
    expect(one('10.1.2.3')).not.toBe(other('10.1.2.3'))
  })

  test('of what is no address are none', () => {
    for (const text of ['', 'host', '1.2.3', '1.2.3.256', '1:2', '10.0.0.1:80']) expect(createAddressMapping(SAMPLE_KEY)(text)).toBeUndefined()
    expect(() => createAddressMapping(new Uint8Array(16))).toThrow(/32 bytes, got 16/)
  })

  test('are read and written in every form there is', () => {
    for (const [text, short] of [
      ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'], ['::', '::'], ['::1', '::1'], ['1::', '1::'], ['::ffff:1.2.3.4', '::ffff:102:304'], ['fe80::1%eth0', 'fe80::1'], ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'], ['1.2.3.4', '1.2.3.4'],
    ] as const) expect(addressText(addressBytes(text) as Uint8Array)).toBe(short)
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => { expect(addressBytes(addressText(bytes))).toEqual(bytes) }))
  })
})
