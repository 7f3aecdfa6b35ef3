/** A validator's admission as it runs in a mesh: durable store, signed receipts, signatures on the thread pool, offsets. */
import { rmSync } from 'node:fs'
import { validatorSetOf } from '../../domain/genesis.js'
import type { Height, UnixMillis } from '../../domain/ids.js'
import { rulesOf } from '../../domain/message/check-anomaly.js'
import type { AdmissionReceipt } from '../../domain/receipt.js'
import { createMempool, defaultMempoolLimits, openAdmissionStore, runIntake, withLazyOffsets, type Transport } from '../../ingest/index.js'
import { createAcceptLater, createStrictVerifier, createVerifier } from '../../platform/crypto/ed25519.js'
import { createSignatureChecks } from '../../platform/crypto/verified-cache.js'
import { benchGenesis, validator } from './messages.js'

const CACHE_ENTRIES = 50_000
const BLOCK_EVERY_MS = 20
const BLOCK_TXS = 500
const BLOCK_BYTES = 4 * 1024 * 1024

export type Admission = { stop(): Promise<void> }

/** Runs until it is stopped. `folder` is its own and is removed then. What waits for a block is taken out as fast as blocks would. */
export function startAdmission(transport: Transport, topic: string, group: string, folder: string, onReceipts: (receipts: readonly AdmissionReceipt[]) => void): Admission {
  const genesis = benchGenesis()
  const { skewMs } = genesis.limits
  const store = openAdmissionStore(folder)
  const mempool = createMempool(defaultMempoolLimits(skewMs))
  const { strictly, ahead } = createSignatureChecks(createVerifier(), createAcceptLater(), CACHE_ENTRIES, undefined, createStrictVerifier())
  const stopping = new AbortController()
  const clock = (): UnixMillis => Date.now() as UnixMillis
  const done = runIntake({
    transport: withLazyOffsets(transport), topics: [topic], group, store, mempool, signer: validator, chainId: validatorSetOf(genesis).chainId, rulesNow: () => ({ rules: rulesOf(genesis), height: 1 as Height }),
    verify: strictly, verifyAhead: ahead, clock, onReceipts, signal: stopping.signal,
  })
  const blocks = setInterval(() => {
    const txIds = mempool.select(new Set(), { maxCount: BLOCK_TXS, maxBytes: BLOCK_BYTES, blockTime: clock() }).map(({ id }) => id)
    mempool.remove(txIds)
    // A failing disk shows in `done`.
    store.settle(txIds, (clock() + 2 * skewMs) as UnixMillis).catch(() => undefined)
  }, BLOCK_EVERY_MS)
  return {
    async stop() {
      clearInterval(blocks)
      stopping.abort()
      await done
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
