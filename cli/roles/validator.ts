/** A validator process: reads every message, admits or refuses it, and takes part in consensus. */
import { join } from 'node:path'
import { hexToBytes } from '../../domain/bytes.js'
import { createTransactionCheck, type Unvoted } from '../../domain/execution/check-transaction.js'
import { createRulesReader, type RulesNow } from '../../domain/policy/read-rules.js'
import { validatorSetOf } from '../../domain/genesis.js'
import { asHeight, asHex32, type ChainId } from '../../domain/ids.js'
import { createAcceptLater, createStrictVerifier, createVerifier } from '../../platform/crypto/ed25519.js'
import { readKeyFile, readKeySeed } from '../../platform/crypto/key-file.js'
import { createSignatureChecks } from '../../platform/crypto/verified-cache.js'
import { openModelShelf, shippedModels } from '../../platform/model-shelf.js'
import { systemClock } from '../../platform/clock.js'
import { encodeReceiptBatch, gossip } from '../../consensus/network/gossip.js'
import { startMesh } from '../../consensus/network/mesh.js'
import { serve } from '../../consensus/network/requests.js'
import { answerReceipts, RECEIPTS_PROTOCOL } from '../../consensus/node/receipt-exchange.js'
import { startValidatorNode, type ValidatorNode } from '../../consensus/node/validator-node.js'
import { openBlockStore } from '../../consensus/storage/block-store.js'
import { openSafetyStore } from '../../consensus/storage/safety-record/store.js'
import type { Report } from '../../consensus/core/protocol.js'
import { createRescorer } from '../../domain/scoring/rescore.js'
import type { Transaction } from '../../domain/transaction.js'
import { claimOf } from '../../ingest/admission/claims.js'
import { openAdmissionStore } from '../../ingest/admission/store.js'
import { runIntake } from '../../ingest/admission/intake.js'
import { createDropRefused } from '../../ingest/admission/drop-refused.js'
import { createSettler, settleMissed } from '../../ingest/admission/settle.js'
import { exchangeEvidence } from '../../ingest/evidence/exchange-evidence.js'
import { exchangeTransactions } from '../../ingest/mempool/exchange-transactions.js'
import { createMempool, defaultMempoolLimits } from '../../ingest/mempool/mempool.js'
import { withLazyOffsets } from '../../ingest/transport/lazy-offsets.js'
import { loadGenesis } from '../config/load.js'
import type { RoleConfig } from '../config/schema.js'
import { describeModels, whatIsMissing } from '../shared/describe-models.js'
import type { Logger } from '../shared/logger.js'
import { openTransport } from './engines.js'
import { openWitness } from './witness.js'
import type { RunningRole } from './role.js'

const VERIFIED_CACHE_ENTRIES = 50_000

export async function startValidator(config: RoleConfig<'validator'>, log: Logger): Promise<RunningRole> {
  const genesis = loadGenesis(config.genesis)
  const set = validatorSetOf(genesis)
  const signer = readKeyFile(config.key)
  const safety = openSafetyStore(join(config.data, 'safety.record'), { chainId: asHex32<ChainId>(genesis.chainId), publicKey: signer.publicKey })
  if (safety.repairedBytes > 0) log.warn({ bytes: safety.repairedBytes }, 'cut off an interrupted write at the end of the safety record')
  const blocks = openBlockStore(join(config.data, 'chain'))
  const store = openAdmissionStore(join(config.data, 'admission'))
  const transport = await openTransport(config.transport, { onWarning: (sentence) => log.warn(sentence) })
  const { verify, strictly, ahead } = createSignatureChecks(createVerifier(), createAcceptLater(), VERIFIED_CACHE_ENTRIES, undefined, createStrictVerifier())
  const mempool = createMempool(defaultMempoolLimits(genesis.limits.skewMs, genesis.limits.blockBytes))
  const pool = { store, mempool, skewMs: genesis.limits.skewMs }
  const shelf = openModelShelf([...(config.models === undefined ? [] : [config.models]), shippedModels()], (sentence) => log.warn(sentence))
  const rescorer = createRescorer(shelf.find)
  const checkTransaction = createTransactionCheck(genesis, verify, rescorer)
  const readRules = createRulesReader(genesis)
  const rulesNow = (node: ValidatorNode): RulesNow => {
    const place = node.nextBlock()
    return { rules: readRules(place), height: place.height }
  }
  const dropRefused = createDropRefused(pool, verify, rescorer)

  // A crash between a commit and its settlement left transactions here that the chain already carries.
  await settleMissed(pool, blocks.head()?.block.header.height ?? asHeight(0), (height) => blocks.committedAt(height)?.block)

  let fail: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_, reject) => { fail = reject })
  failed.catch(() => undefined)
  const settler = createSettler(pool, (error) => fail(error))
  const mesh = await startMesh({
    seed: readKeySeed(config.key), listen: config.listen,
    peers: config.peers.map(({ publicKey, address }) => ({ publicKey: hexToBytes(publicKey), name: publicKey.slice(0, 8), address })),
  })
  const reports = new Map<string, number>()
  const onReport = (report: Report): void => {
    reports.set(report.kind, (reports.get(report.kind) ?? 0) + 1)
    if (report.kind === 'vote-received') return
    if (report.kind === 'safety-alarm' || report.kind === 'double-vote' || report.kind === 'double-proposal') log.error({ report: report.kind }, 'safety report')
    else log.debug({ report }, 'consensus report')
    if (report.kind === 'view-timed-out') log.warn({ view: report.view, leader: running?.status().leader, waiting: mempool.size().count }, 'no block in this view: it is given up')
    transactions.onReport(report)
    // What came out of the backlog since the rules changed may be what no leader puts into its block.
    if (report.kind === 'view-timed-out' && running !== undefined) dropRefused(rulesNow(running), systemClock.now(), true).catch((error: unknown) => fail(error))
    evidence.onReport(report)
  }
  // Reports may come while the node is still starting.
  let running: ValidatorNode | undefined
  const evidence = exchangeEvidence({
    set, verify, mempool, mesh,
    isJailed: (id) => running?.status().standings[set.byId(id)?.index ?? -1]?.isJailed === true,
    onPooled: () => running?.transactionsAvailable(),
    onCaught: (caught) => log.error(caught, 'a validator contradicted itself: the proof goes into a block'),
  })
  /** @returns why it is refused */
  const addOffered = (tx: Transaction): Unvoted | undefined => {
    // Its id is the hash of its bytes: what waits here was checked here, and others show it most when all are busy.
    if (mempool.has(tx.id) || store.isSettled(tx.id)) return undefined
    if (tx.kind === 'evidence') return evidence.offer(tx)
    if (running === undefined) return undefined
    const check = claimOf(tx, systemClock.now(), rulesNow(running), verify, rescorer)
    if (!check.ok) return check.code
    mempool.add({ tx, producer: check.claim.producer, time: check.claim.time })
    return undefined
  }
  const transactions = exchangeTransactions({ mesh, mempool, limits: genesis.limits, now: () => systemClock.now(), offer: addOffered, onOffered: () => running?.transactionsAvailable() })
  const node = running = await startValidatorNode({
    genesis, signer, verify, verifyAhead: ahead, checkTransaction, pool: mempool, findTransaction: (id) => mempool.get(id), mesh, blocks, safety, clock: systemClock, baseTimeoutMs: config.baseTimeoutMs, onReport,
    onCommit(committed) {
      for (const { block } of committed) {
        settler.settle(block)
        evidence.settle(block)
      }
      const hasPolicy = committed.some(({ block }) => block.transactions.some(({ kind }) => kind === 'policy'))
      if (running !== undefined) dropRefused(rulesNow(running), systemClock.now(), hasPolicy).catch((error: unknown) => fail(error))
    },
    onFatal: (error) => fail(error),
  })
  await serve(mesh, RECEIPTS_PROTOCOL, (request) => answerReceipts(store, request))

  const witness = config.witness ? openWitness(config, genesis, signer, log) : undefined

  const stopping = new AbortController()
  const intake = runIntake({
    transport: withLazyOffsets(transport), group: `validator-${config.name}`, store, mempool, signer, chainId: set.chainId, rulesNow: () => rulesNow(node), verify: strictly, rescorer, verifyAhead: ahead, signal: stopping.signal,
    clock: () => systemClock.now(), mustWait: () => node.isLate(),
    onPooled() {
      node.transactionsAvailable()
      transactions.pooled()
    },
    onAbstained: ({ field, reason }) => log.debug({ field, reason }, 'no receipt for a message'),
    onReceipts: (receipts) => gossip(mesh, 'receipts', encodeReceiptBatch(receipts)),
  })

  return {
    status: () => ({
      ...node.status(), validators: set.validators.length, mempool: mempool.counters(), receipts: store.nextSequence(), reports: Object.fromEntries(reports),
      models: describeModels(rulesNow(node).rules.registry, shelf, rescorer.counts()),
      ...(witness === undefined ? {} : { witness: witness.status() }),
    }),
    ...(witness === undefined ? {} : { routes: witness.routes }),
    unhealthy: () => node.status().connectedPeers + 1 < set.quorum
      ? `only ${node.status().connectedPeers} of ${set.validators.length - 1} peers are connected; a quorum needs ${set.quorum}`
      : whatIsMissing(rulesNow(node).rules.registry, shelf),
    done: Promise.race([intake, failed]),
    async stop() {
      stopping.abort()
      await intake.catch(() => undefined)
      transactions.close()
      await node.stop()
      await settler.flush()
      await transport.close()
      await store.close()
    },
  }
}
