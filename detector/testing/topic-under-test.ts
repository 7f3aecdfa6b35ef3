/** A topic of flows for the contract of sources. */
import { flowRows, messageOf, type FlowRow } from './flow-rows.js'
import type { SourceUnderTest } from './live-source-contract.js'
import { openTopics, type SourceAddress } from './open-live-source.js'

export async function topicUnderTest(address: Extract<SourceAddress, { topic: string }>): Promise<SourceUnderTest> {
  const send = async (values: readonly Uint8Array[]): Promise<void> => {
    const transport = await openTopics(address)
    await transport.send(values.map((value, at) => ({ topic: address.topic, partition: at % address.partitions, key: new Uint8Array(), value })))
    await transport.close()
  }
  await send([])
  const text = (value: string): Uint8Array => new TextEncoder().encode(value)
  return {
    address,
    add: (rows) => send(rows.map(messageOf)),
    async addBad() {
      const [row] = flowRows(1) as [FlowRow]
      const good = JSON.parse(new TextDecoder().decode(messageOf(row))) as object
      const object = (more: object): Uint8Array => text(JSON.stringify({ ...good, ...more }))
      await send([
        text('{"broken'), text('[]'), object({ timestamp: 'yesterday' }), object({ tot_fwd_pkts: 'many' }), object({ tot_bwd_pkts: -1 }), object({ dst_ip: null }),
        object({ timestamp: '2999-01-01 00:00:00' }), text('{"src_ip":"10.0.0.1"}'), text('{"event_type":"flow","src_ip":"10.0.0.1","dest_ip":7}'),
      ])
      return ['bad-time/Timestamp', 'bad-number/Total Fwd Packet', 'bad-number/Total Bwd packets', 'bad-row/Dst IP', 'bad-row/dest_ip']
    },
  }
}
