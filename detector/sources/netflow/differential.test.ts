/** Our assembly of flows and our collector against softflowd, nfdump and Suricata over the same packets. */
import { readdirSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageFile } from '../../../platform/package-root.js'
import { addToFlow, closeAllFlows, newFlowTable, sweepFlows, takeClosed } from '../../flows/flow-table.js'
import { ethernet, ipv4, ipv6, pcap, tcp, udp } from '../../testing/bytes.js'
import { DATA_FOLDER, HAS_DATA, readAll, tempFile } from '../../testing/files.js'
import { countWithNfdump, type Totals } from '../../testing/nfdump.js'
import { exportWithSoftflowd, HAS_NFDUMP, HAS_SOFTFLOWD, NEEDS_EXPORTER } from '../../testing/softflowd.js'
import { HAS_SURICATA, NEEDS_SURICATA, withEve } from '../../testing/suricata.js'
import { ipBytesOf } from '../byte-layers.js'
import { FileBytes } from '../file-bytes.js'
import { findIp } from '../link-layer.js'
import { isPcap, readPcap } from '../pcap.js'
import { readPcapng } from '../pcapng.js'
import { TCP, UDP, type FlowRecord, type Packet } from '../records.js'
import { createFlowDecoder } from './decoder.js'
import { createPairing } from './pairing.js'

const LARGEST_DIFFERENCE = 0.005

/** Whole packets of conversations over TCP and UDP, one-sided ones and IPv6 among them. */
function generated(): string {
  const records: { timeMs: number; bytes: Buffer }[] = []
  const BEGIN_MS = Date.UTC(2026, 0, 2)
  const addFrame = (timeMs: number, frame: Buffer): void => {
    // A frame has 60 bytes at least, so that layers differ.
    records.push({ timeMs: BEGIN_MS + timeMs, bytes: Buffer.concat([frame, Buffer.alloc(Math.max(0, 60 - frame.length))]) })
  }
  const add = (timeMs: number, source: string, destination: string, protocol: number, segment: Buffer): void =>
    addFrame(timeMs, ethernet(0x0800, ipv4(segment, { source, destination, protocol })))
  for (let i = 0; i < 600; i++) {
    const [client, server, sourcePort] = [`10.0.${i % 7}.1`, `10.1.0.${1 + i % 5}`, 20_000 + i]
    const forth = (at: number, flags: number, payload = 0): void => add(i * 20 + at, client, server, TCP, tcp(flags, { sourcePort, destinationPort: 80, payload }))
    const back = (at: number, flags: number, payload = 0): void => add(i * 20 + at, server, client, TCP, tcp(flags, { sourcePort: 80, destinationPort: sourcePort, payload }))
    forth(0, 0x02)
    if (i % 3 === 0) continue
    back(1, 0x12)
    forth(2, 0x10)
    forth(3, 0x18, 100 + i)
    back(5, 0x18, 1000)
    forth(6, 0x11)
    back(7, 0x11)
    forth(8, 0x10)
    add(i * 20 + 9, client, server, UDP, udp({ sourcePort, destinationPort: 53, payload: 30 }))
    if (i % 5 === 0) addFrame(i * 20 + 9, ethernet(0x86dd, ipv6(UDP, udp({ sourcePort, payload: 30 }))))
    if (i % 2 === 0) add(i * 20 + 10, server, client, UDP, udp({ sourcePort: 53, destinationPort: sourcePort, payload: 90 }))
  }
  const file = pcap(records.sort((a, b) => a.timeMs - b.timeMs))
  // Version 2.4, which libpcap asks for and we do not.
  file.set([2, 0, 4, 0], 4)
  return tempFile(file, 'generated.pcap')
}

type Choice = (packet: Packet) => boolean
const ALL: Choice = () => true

/** Of the IP versions that are asked for. */
async function bytesBehindLink(capture: string, versions: readonly number[]): Promise<number> {
  const file = await FileBytes.open(capture)
  await file.fill(4)
  let bytes = 0
  for await (const batch of isPcap(file.peek(4).readUInt32BE(0)) ? readPcap(file) : readPcapng(file)) {
    for (const item of batch) {
      if (item.kind !== 'frame') continue
      const at = findIp(item.linkType, item.bytes)
      if (typeof at === 'number' && versions.includes(item.bytes.readUInt8(at) >> 4)) bytes += item.wireBytes - at
    }
  }
  await file.close()
  return bytes
}

async function ours(capture: string, isCounted: Choice = ALL): Promise<Totals> {
  const table = newFlowTable()
  let [flows, packets, bytes, second] = [0, 0, 0, 0]
  for (const item of await readAll(capture)) {
    if (item.kind !== 'packet' || !isCounted(item)) continue
    packets += 1
    bytes += item.ipBytes
    if (Math.floor(item.timeMs / 1000) !== second) {
      second = Math.floor(item.timeMs / 1000)
      sweepFlows(table, item.timeMs)
      flows += takeClosed(table).length
    }
    addToFlow(table, item)
  }
  closeAllFlows(table)
  return { flows: flows + takeClosed(table).length, packets, bytes }
}

/** What our collector makes of datagrams: flows of both directions, and the records that they came in. */
function collected(datagrams: readonly Buffer[]): { readonly whole: Totals; readonly records: number; readonly faults: readonly unknown[] } {
  const decoder = createFlowDecoder()
  const pairing = createPairing({ nowMs: () => 0, windowMs: 0, capacity: 1_000_000 })
  const flows: FlowRecord[] = []
  const faults: unknown[] = []
  let records = 0
  for (const datagram of datagrams) {
    const { items, fault, lost, undecoded } = decoder.decode('127.0.0.1', datagram)
    if (fault !== undefined || lost > 0 || undecoded > 0) faults.push({ fault, lost, undecoded })
    for (const item of items) {
      if (item.kind === 'skipped') faults.push(item)
      else flows.push(...pairing.add(item))
      records += 1
    }
  }
  return { whole: totalsOf([...flows, ...pairing.expired()]), records, faults }
}

const totalsOf = (flows: readonly FlowRecord[]): Totals => flows.reduce((sum, flow) => {
  const bytes = ipBytesOf(flow)
  return { flows: sum.flows + 1, packets: sum.packets + flow.forwardPackets + flow.backwardPackets, bytes: sum.bytes + bytes.forward + bytes.backward }
}, { flows: 0, packets: 0, bytes: 0 })

const apart = (a: number, b: number): number => Math.abs(a - b) / Math.max(a, b, 1)

type Capture = readonly [name: string, open: () => string]
const ATTACKS: readonly Capture[] = HAS_DATA ? readdirSync(join(DATA_FOLDER, 'pcap', 'attack')).map((name) => [name, () => join(DATA_FOLDER, 'pcap', 'attack', name)]) : []
const CAPTURES: readonly Capture[] = [['the bundled capture', () => packageFile('detector/samples/lab.pcap')], ['a capture that is made up', generated], ...ATTACKS]
/** A record of v5 has room for IPv4 addresses only: what softflowd then passes over, we leave out too. */
const V5_VERSIONS = [4]
const VERSIONS = [4, 6]
const FORMS = [
  ['NetFlow v5', ['-v', '5'], V5_VERSIONS], ['NetFlow v9', ['-v', '9'], VERSIONS],
  ['IPFIX', ['-v', '10'], VERSIONS], ['IPFIX with biflows', ['-v', '10', '-b'], VERSIONS],
] as const

describe.skipIf(!HAS_SOFTFLOWD || !HAS_NFDUMP).each(CAPTURES)(`%s${NEEDS_EXPORTER}`, (_name, open) => {
  it.each(FORMS)('has the flows, packets and IP bytes that softflowd tells in %s', async (_form, args, versions) => {
    const capture = open()
    // In turn: while ours counts, nobody would empty the socket that softflowd sends to.
    const own = await ours(capture, ({ source }) => versions.includes(isIP(source)))
    const exported = await exportWithSoftflowd(capture, args)
    const { whole, faults } = collected(exported.datagrams)
    expect(faults).toEqual([])
    expect(apart(own.flows, whole.flows)).toBeLessThanOrEqual(LARGEST_DIFFERENCE)
    expect(whole.flows).toBe(exported.flows)
    // softflowd counts what stands behind the header of the link: IP packets, and the padding of short frames with them.
    expect([whole.packets, whole.bytes]).toEqual([own.packets, await bytesBehindLink(capture, versions)])
    expect(own.packets).toBe(exported.packets)
  })

  it.each(FORMS.slice(0, 3))('has as many records, packets and bytes in our collector as in nfdump, from %s', async (_form, args) => {
    const { datagrams } = await exportWithSoftflowd(open(), args)
    const { whole, records } = collected(datagrams)
    expect({ ...whole, flows: records }).toEqual(await countWithNfdump(datagrams))
  })
})

describe.skipIf(!HAS_SOFTFLOWD || !HAS_NFDUMP)(`one packet of ten${NEEDS_EXPORTER}`, () => {
  it('is counted ten times, by what the exporter says of its sampling', async () => {
    const capture = packageFile('detector/samples/lab.pcap')
    const exported = await exportWithSoftflowd(capture, ['-v', '5', '-s', '10'])
    const { whole } = collected(exported.datagrams)
    expect(whole.packets).toBe(exported.packets * 10)
    expect(apart(whole.packets, (await ours(capture)).packets)).toBeLessThanOrEqual(LARGEST_DIFFERENCE)
  })
})

describe.skipIf(!HAS_SURICATA)(`the EVE file of Suricata${NEEDS_SURICATA}`, () => {
  const flowsIn = (capture: string): Promise<FlowRecord[]> => withEve(capture, async (path) => (await readAll(path)).filter((item) => item.kind === 'flow'))

  it('has the flows and packets of a capture that is made up, in frames of which the IP bytes are near to ours', async () => {
    const capture = generated()
    const own = await ours(capture)
    const eve = await flowsIn(capture)
    const theirs = totalsOf(eve)
    expect(apart(own.flows, theirs.flows)).toBeLessThanOrEqual(LARGEST_DIFFERENCE)
    expect(theirs.packets).toBe(own.packets)
    // At its own layer it is exact: each frame has 14 bytes of header, and 60 at least.
    const frames = (await readAll(capture)).reduce((sum, item) => sum + (item.kind === 'packet' ? Math.max(60, item.ipBytes + 14) : 0), 0)
    expect(eve.reduce((sum, flow) => sum + flow.forwardBytes + flow.backwardBytes, 0)).toBe(frames)
    expect((theirs.bytes - own.bytes) / own.packets).toBeLessThanOrEqual(6)
  })

  // Suricata counts an ICMP error to the flow that it is about, and puts fragments together where we and NetFlow count each.
  it.skipIf(!HAS_DATA).each(ATTACKS)('has the TCP flows of %s, and those over UDP unless it is fragmented', async (name, open) => {
    const eve = await flowsIn(open())
    for (const wanted of name.includes('fragmented') ? [TCP] : [TCP, UDP]) {
      const own = await ours(open(), ({ protocol }) => protocol === wanted)
      const theirs = totalsOf(eve.filter(({ protocol }) => protocol === wanted))
      expect([wanted, apart(own.flows, theirs.flows) <= LARGEST_DIFFERENCE, theirs.packets]).toEqual([wanted, true, own.packets])
    }
  })

  it('has the TCP flows of the bundled capture, whose packets are cut so that it passes over others', async () => {
    const capture = packageFile('detector/samples/lab.pcap')
    const eve = (await flowsIn(capture)).filter(({ protocol }) => protocol === TCP)
    expect(apart((await ours(capture, ({ protocol }) => protocol === TCP)).flows, eve.length)).toBeLessThanOrEqual(LARGEST_DIFFERENCE)
  })
})
