/** One validator's intake in a process of its own, beside others over the same topics; prints a line for every batch of receipts and exits when all are there. */
import { join } from 'node:path'
import '../../platform/polyfill.js'
import type { Height, UnixMillis } from '../../domain/ids.js'
import { rulesOf } from '../../domain/message/check-anomaly.js'
import { createTestNetwork, NOW } from '../../eventlog/recorder/testing/network.js'
import { runIntake } from '../admission/intake.js'
import { openAdmissionStore } from '../admission/store.js'
import { createMempool, defaultMempoolLimits } from '../mempool/mempool.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'

const { folder, expected, validator } = JSON.parse(process.argv[2] ?? '{}') as { folder: string; expected: number; validator: number }
const group = `validator-${validator}`
const network = createTestNetwork()
const rules = rulesOf(network.genesis)
const transport = await openEmbeddedTransport(join(folder, 'topics'))
const store = openAdmissionStore(join(folder, `admission-${validator}`))
const abort = new AbortController()
const done = runIntake({
  transport, group, store, mempool: createMempool(defaultMempoolLimits(rules.limits.skewMs)), signer: network.validators[validator] as never,
  chainId: network.set.chainId, rulesNow: () => ({ rules, height: 1 as Height }), verify: network.verify, clock: () => NOW as UnixMillis, maxBatch: 5, signal: abort.signal,
  onReceipts: (receipts) => void process.stdout.write(`${receipts.length}\n`),
})
const allCommitted = async (): Promise<boolean> => (await transport.committed(group, 'ai.anomalies.v1')).reduce((sum, { offset }) => sum + offset, 0) >= expected
while (!(await allCommitted())) await Promise.race([new Promise((resolve) => setTimeout(resolve, 2)), done])
abort.abort()
await done
await store.close()
await transport.close()
