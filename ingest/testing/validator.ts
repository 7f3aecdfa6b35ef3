/** One validator's intake over an embedded transport in a temporary folder, to be stopped, killed and started again. */
import { join } from 'node:path'
import type { Height, UnixMillis } from '../../domain/ids.js'
import { rulesOf } from '../../domain/message/check-anomaly.js'
import type { AdmissionReceipt } from '../../domain/receipt.js'
import { createTestNetwork, NOW } from '../../eventlog/recorder/testing/network.js'
import { runIntake, type IntakeOptions } from '../admission/intake.js'
import { openAdmissionStore, type AdmissionStore } from '../admission/store.js'
import { createMempool, defaultMempoolLimits, type Mempool, type MempoolLimits } from '../mempool/mempool.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import { TOPICS, type Transport } from '../transport/transport.js'
import { temporaryFolder } from './temporary-folder.js'

/** Room for all that tests put into a pool. */
export const anyBlock = { maxCount: 500, maxBytes: 4 * 1024 * 1024, blockTime: NOW }
export const noExclusions = new Set<never>()

export type RunningIntake = { readonly store: AdmissionStore; readonly mempool: Mempool; readonly done: Promise<void>; stop(): Promise<void> }

export async function createValidatorHarness() {
  const folder = temporaryFolder()
  const network = createTestNetwork()
  const transport = await openEmbeddedTransport(join(folder.path, 'topics'))
  const receipts: AdmissionReceipt[] = []
  const time = { now: NOW as number }
  const rules = rulesOf(network.genesis)
  const signer = network.validators[0] as (typeof network.validators)[number]
  let running: RunningIntake | undefined

  function start(changes: Partial<IntakeOptions> & { readonly limits?: Partial<MempoolLimits> } = {}): RunningIntake {
    const { limits, ...options } = changes
    const abort = new AbortController()
    const store = openAdmissionStore(join(folder.path, 'admission'))
    const mempool = createMempool({ ...defaultMempoolLimits(rules.limits.skewMs), ...limits })
    const done = runIntake({
      transport, group: 'validator-0', store, mempool, signer, chainId: network.set.chainId, rulesNow: () => ({ rules, height: 1 as Height }), verify: network.verify,
      clock: () => time.now as UnixMillis, onReceipts: (more) => receipts.push(...more), signal: abort.signal, ...options,
    })
    done.catch(() => undefined)
    const intake: RunningIntake = {
      store, mempool, done,
      async stop() {
        abort.abort()
        await done.catch(() => undefined)
        await store.close()
        if (running === intake) running = undefined
      },
    }
    running = intake
    return intake
  }

  return {
    network, transport, receipts, time, rules, start,
    send: (...messages: readonly Uint8Array[]) => transport.send(messages.map((value) => ({ topic: TOPICS.anomalies.name, partition: 0, key: Buffer.from('p'), value }))),
    committed: async () => (await transport.committed('validator-0', TOPICS.anomalies.name))[0]?.offset ?? 0,
    async destroy(): Promise<void> {
      await running?.stop()
      await transport.close()
      folder.remove()
    },
  }
}

export type ValidatorHarness = Awaited<ReturnType<typeof createValidatorHarness>>

/** The transport with one consumer operation replaced, for faults between two steps. */
export function withConsumer(transport: Transport, change: (consumer: Awaited<ReturnType<Transport['consume']>>) => Awaited<ReturnType<Transport['consume']>>): Transport {
  return { ...transport, consume: async (options) => change(await transport.consume(options)) }
}
