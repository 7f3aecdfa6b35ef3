import { describe, expect, it } from 'vitest'
import { ethernet, ipv4, pcapng, tcp } from '../testing/bytes.js'
import { readAll, tempFile } from '../testing/files.js'
import { ACK } from './records.js'

const frame = ethernet(0x0800, ipv4(tcp(ACK, { payload: 3 })))
const records = [{ timeMs: 1_700_000_000_250.5, bytes: frame }, { timeMs: 1_700_000_001_000, bytes: frame }]

describe('pcapng', () => {
  for (const littleEndian of [true, false]) {
    for (const resolution of [undefined, 6, 9, 0x80 | 20]) {
      it(`is read ${littleEndian ? 'little' : 'big'}-endian with time resolution ${resolution ?? 'unset'}`, async () => {
        const options = resolution === undefined ? { littleEndian } : { littleEndian, resolution }
        const items = await readAll(tempFile(pcapng(records, options)))
        expect(items.map((item) => item.kind)).toEqual(['packet', 'packet'])
        expect((items[0] as { timeMs: number }).timeMs).toBeCloseTo(1_700_000_000_250.5, 1)
        expect(items[0]).toMatchObject({ payloadBytes: 3 })
      })
    }
  }

  it('starts anew at a second section of the other byte order', async () => {
    const joined = Buffer.concat([pcapng(records), pcapng(records, { littleEndian: false })])
    expect((await readAll(tempFile(joined))).filter((item) => item.kind === 'packet')).toHaveLength(4)
  })

  it('ends a cut file with a notice', async () => {
    const whole = pcapng(records)
    const items = await readAll(tempFile(whole.subarray(0, whole.length - 9)))
    expect(items.map((item) => item.kind)).toEqual(['packet', 'notice'])
    expect(items[1]).toMatchObject({ code: 'TRUNCATED_CAPTURE' })
  })

  it('passes over blocks it does not know', async () => {
    const custom = Buffer.from([5, 0, 0, 0, 16, 0, 0, 0, 1, 2, 3, 4, 16, 0, 0, 0])
    expect(await readAll(tempFile(Buffer.concat([pcapng(records), custom])))).toHaveLength(2)
  })

  it('reports a packet block of an interface that was never described', async () => {
    const stray = Buffer.alloc(32)
    stray.writeUInt32LE(6, 0)
    stray.writeUInt32LE(32, 4)
    stray.writeUInt32LE(7, 8)
    stray.writeUInt32LE(32, 28)
    expect((await readAll(tempFile(Buffer.concat([pcapng([]), stray])))).at(-1)).toMatchObject({ code: 'CORRUPT_CAPTURE' })
  })
})
