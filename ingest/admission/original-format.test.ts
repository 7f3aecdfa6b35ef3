import { createPublicKey, verify as verifyWithNode } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../domain/bytes.js'
import type { Height, UnixMillis } from '../../domain/ids.js'
import { rulesOf } from '../../domain/message/check-anomaly.js'
import type { AdmissionReceipt } from '../../domain/receipt.js'
import type { RecordedEvent } from '../../eventlog/log.js'
import { recorderContext } from '../../eventlog/recorder/context.js'
import { openRecorderIndex } from '../../eventlog/recorder/index/open-index.js'
import type { CertifiedBlock } from '../../eventlog/recorder/ports.js'
import { recordBlock } from '../../eventlog/recorder/record-block.js'
import { createTestChain } from '../../eventlog/recorder/testing/chain.js'
import { createMemoryLog } from '../../eventlog/recorder/testing/memory-log.js'
import { createTestNetwork, NOW, testId } from '../../eventlog/recorder/testing/network.js'
import { createWriter } from '../../eventlog/recorder/writer.js'
import { createSigner } from '../../platform/crypto/ed25519.js'
import { startBroker, type Broker } from '../../scripts/kafka/broker.js'
import { commitNotices } from '../publisher/commit-notice.js'
import { skipsKafka } from '../testing/kafka-broker.js'
import { takeRecords } from '../testing/transport-contract.js'
import { until } from '../testing/until.js'
import { createMempool, defaultMempoolLimits } from '../mempool/mempool.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import { openKafkaTransport } from '../transport/kafka/index.js'
import { TOPICS, type Transport } from '../transport/transport.js'
import { runIntake } from './intake.js'
import { openAdmissionStore } from './store.js'

/** Bytes that the original's own code wrote and signed. */
const { anomaly } = JSON.parse(readFileSync(new URL('../../test/fixtures/vectors/original-messages.json', import.meta.url), 'utf8')) as {
  anomaly: { wire: string; pubkey: string; ts: number; seed: string }
}
const network = createTestNetwork()
const rulesWith = (schemes: ('v1' | 'v2')[]) => rulesOf({ ...network.genesis, producers: [{ name: 'original', publicKey: anomaly.pubkey, schemes }] })

const opens: readonly { readonly name: string; readonly skips: boolean; readonly open: (folder: string) => Promise<{ transport: Transport; stop(): Promise<void> }> }[] = [
  { name: 'embedded topics', skips: false, async open(folder) {
    const transport = await openEmbeddedTransport(join(folder, 'topics'))
    return { transport, stop: () => transport.close() }
  } },
  { name: 'Kafka', skips: skipsKafka, async open(folder) {
    const broker: Broker = await startBroker({ version: '4.1.1', folder: join(folder, 'kafka') })
    const transport = await openKafkaTransport({ brokers: [broker.address], create: true })
    return { transport, async stop() {
      await transport.close()
      await broker.stop()
    } }
  } },
]

describe.each(opens)("the original's formats over $name", ({ skips, open }) => {
  describe.skipIf(skips)('where it runs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cybermesh-original-'))
    let transport: Transport
    let stop: () => Promise<void>
    beforeAll(async () => { ({ transport, stop } = await open(folder)) }, 300_000)
    afterAll(async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    }, 60_000)

    const admit = async (schemes: ('v1' | 'v2')[]): Promise<AdmissionReceipt | undefined> => {
      const name = schemes.join('-')
      const rules = rulesWith(schemes)
      const store = openAdmissionStore(join(folder, `admission-${name}`))
      const stopping = new AbortController()
      const receipts: AdmissionReceipt[] = []
      const done = runIntake({
        transport, group: `validator-${name}`, store, mempool: createMempool(defaultMempoolLimits(rules.limits.skewMs)), signer: network.validators[0] as never, chainId: network.set.chainId,
        rulesNow: () => ({ rules, height: 1 as Height }), verify: network.verify, clock: () => (anomaly.ts * 1000) as UnixMillis, onReceipts: (more) => receipts.push(...more), signal: stopping.signal,
      })
      await until('it has a receipt', () => receipts.length > 0, 60_000)
      stopping.abort()
      await done
      await store.close()
      return receipts[0]
    }

    it('an anomaly that its code signed is admitted where genesis allows scheme v1, and refused with the code where it does not', async () => {
      await transport.send([{ topic: TOPICS.anomalies.name, key: hexToBytes(anomaly.pubkey), value: hexToBytes(anomaly.wire) }])
      expect(await admit(['v1', 'v2'])).toMatchObject({ verdict: { kind: 'admitted' } })
      expect(await admit(['v1'])).toMatchObject({ verdict: { kind: 'admitted' } })
      expect(await admit(['v2'])).toMatchObject({ verdict: { kind: 'rejected', code: 'INVALID_SIGNATURE' } })
    }, 120_000)

    it('a commit notice passes its rule: topic name, then all fields but 10 to 12 as they lie in the record', async () => {
      const signer = createSigner(hexToBytes(anomaly.seed))
      const chain = createTestChain(network)
      chain.add([network.message({ id: testId(1) }), network.message({ id: testId(1) })])
      chain.add([])
      const log = createMemoryLog()
      const writer = createWriter(log, openRecorderIndex(join(folder, 'index'), network.set.chainId))
      const context = recorderContext(network.genesis, network.verify)
      await writer.perform((session) => recordBlock(session, chain.committed()[0] as CertifiedBlock, context, NOW))
      const recorded = log.events.find(({ event }) => event.type === 'BlockCommitted') as RecordedEvent
      await transport.send(commitNotices({ recorded } as never, signer))
      const consumer = await transport.consume({ topics: [TOPICS.commits.name], group: 'detector' })
      const [record] = await takeRecords(consumer, 1)
      await consumer.close()
      // A reader of its own, on the wire bytes: nothing of our encoder vouches for itself.
      const fields = readFields(record?.value as Uint8Array)
      const field = (number: number): Uint8Array => fields.find((one) => one.number === number)?.content as Uint8Array
      const signed = Buffer.concat([Buffer.from('control.commits.v1'), ...fields.filter(({ number }) => number < 10 || number > 12).map(({ whole }) => whole)])
      const key = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), field(11)]), format: 'der', type: 'spki' })
      expect(bytesToHex(field(11))).toBe(anomaly.pubkey)
      expect(verifyWithNode(null, signed, key, field(10))).toBe(true)
      expect(Buffer.from(field(12)).toString()).toBe('Ed25519')
      expect(Buffer.from(field(13)).toString()).toBe(testId(1))
      expect(Buffer.from(record?.key as Uint8Array).toString('hex')).toBe('0000000000000001')
      expect(record?.headers).toMatchObject({ version: '1', type: 'commit' })
    }, 120_000)
  })
})

type Field = { readonly number: number; readonly whole: Uint8Array; readonly content: Uint8Array }

/** Protobuf fields of wire types 0 and 2, in their order. */
function readFields(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const start = at
    const tag = varint()
    const length = varint()
    if ((tag & 7) === 2) at += length
    fields.push({ number: tag >> 3, whole: bytes.subarray(start, at), content: (tag & 7) === 2 ? bytes.subarray(at - length, at) : new Uint8Array(0) })
  }
  return fields
}
