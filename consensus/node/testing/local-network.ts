/** Whole validators in one process for tests: real TCP on loopback, real LMDB, real safety files in a temporary folder. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex, utf8ToBytes } from '../../../domain/bytes.js'
import { draftOf, genesisBody, signerOf } from '../../../domain/execution/testing/network.js'
import { createTransactionCheck } from '../../../domain/execution/check-transaction.js'
import type { VerifySignature } from '../../../domain/crypto.js'
import { createGenesis, validatorSetOf, type Genesis, type GenesisBody } from '../../../domain/genesis.js'
import { sha256 } from '../../../domain/hash.js'
import type { TxId } from '../../../domain/ids.js'
import { encodeAnomaly } from '../../../domain/message/anomaly.js'
import { signAnomaly } from '../../../domain/message/sign-anomaly.js'
import { createTransaction, type Transaction } from '../../../domain/transaction.js'
import { systemClock } from '../../../platform/clock.js'
import { createAcceptLater, createSigner, createVerifier } from '../../../platform/crypto/ed25519.js'
import { createSignatureChecks } from '../../../platform/crypto/verified-cache.js'
import { freePorts } from '../../../platform/free-port.js'
import type { CheckTransaction, TxPool } from '../../core/ports.js'
import type { CommittedBlock, Report } from '../../core/protocol.js'
import { startMesh, type Mesh, type MeshOptions } from '../../network/mesh.js'
import { openBlockStore, type BlockStore } from '../../storage/block-store.js'
import { createSafetyFile, openSafetyStore } from '../../storage/safety-record/store.js'
import { firstSafetyRecord } from '../recover.js'
import { startValidatorNode, type ValidatorNode } from '../validator-node.js'

export const seedOf = (name: string): Uint8Array => sha256(utf8ToBytes(name))

/** An anomaly of now, so that a real clock accepts it. */
export const freshTx = (n: number): Transaction =>
  createTransaction('event', encodeAnomaly(signAnomaly({ ...draftOf(n), tsSeconds: Math.floor(Date.now() / 1000) }, signerOf('p0'), 'v2')))

export type RunningValidator = {
  readonly node: ValidatorNode
  readonly mesh: Mesh
  readonly blocks: BlockStore
  readonly committed: CommittedBlock[]
  readonly reports: Report[]
  readonly fatal: unknown[]
  submit(...txs: readonly Transaction[]): void
  stop(): Promise<void>
}

export type LocalNetwork = {
  readonly genesis: Genesis
  readonly folder: string
  /** Where validator `i` listens, a multiaddr. */
  addressOf(i: number): string
  folderOf(i: number): string
  /** Starts validator `i` from its folder, or from nothing when it has none. */
  start(i: number): Promise<RunningValidator>
  /** Forgets everything validator `i` has stored but keeps its key and safety file. */
  wipeBlocks(i: number): void
  remove(): void
}

export type LocalOptions = Pick<MeshOptions, 'scoring' | 'isFloodLimited'> & {
  readonly baseTimeoutMs?: number
  /** Where transactions wait; a plain list unless the test is about the pool. */
  readonly createPool?: () => LocalPool
  /** What genesis says besides. */
  readonly body?: Partial<GenesisBody>
  /** What validator `i` asks of transactions before it votes; all that can be asked without models unless the test is about that. */
  readonly checkOf?: (i: number, genesis: Genesis, verify: VerifySignature) => CheckTransaction
  /** Hears every report of every validator. */
  readonly onReport?: (i: number, report: Report) => void
}

export async function createLocalNetwork(n: number, { baseTimeoutMs = 1000, createPool = createListPool, body, checkOf = (_, of, verify) => createTransactionCheck(of, verify), onReport, ...edge }: LocalOptions = {}): Promise<LocalNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-consensus-'))
  const names = Array.from({ length: n }, (_, i) => `v${i}`)
  const ports = await freePorts(n)
  const keys = names.map((name) => createSigner(seedOf(name)))
  const genesis = createGenesis({ ...genesisBody, ...body, validators: keys.map((key, i) => ({ name: `v${i}`, publicKey: bytesToHex(key.publicKey) })) })
  const addressOf = (i: number): string => `/ip4/127.0.0.1/tcp/${ports[i]}`
  const folderOf = (i: number): string => join(folder, `v${i}`)

  return {
    genesis,
    folder,
    addressOf,
    folderOf,
    async start(i) {
      const signer = keys[i] as ReturnType<typeof createSigner>
      const safetyPath = join(folderOf(i), 'safety.record')
      const identity = { chainId: validatorSetOf(genesis).chainId, publicKey: signer.publicKey }
      try {
        mkdirSync(folderOf(i))
        createSafetyFile(safetyPath, identity, firstSafetyRecord(genesis))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const pool = createPool()
      const { verify, ahead } = createSignatureChecks(createVerifier(), createAcceptLater(), 10_000)
      const committed: CommittedBlock[] = []
      const reports: Report[] = []
      const fatal: unknown[] = []
      const blocks = openBlockStore(join(folderOf(i), 'blocks'))
      const mesh = await startMesh({
        ...edge, seed: seedOf(`v${i}`), listen: addressOf(i), peers: keys.map((key, p) => ({ publicKey: key.publicKey, name: `v${p}`, address: addressOf(p) })),
      })
      const node = await startValidatorNode({
        genesis, signer, verify, verifyAhead: ahead, pool, findTransaction: (id) => pool.get(id), mesh, clock: systemClock, baseTimeoutMs,
        blocks,
        safety: openSafetyStore(safetyPath, identity),
        checkTransaction: checkOf(i, genesis, verify),
        onCommit(blocks) {
          committed.push(...blocks)
          pool.drop(blocks.flatMap(({ block }) => block.transactions.map(({ id }) => id)))
        },
        onReport(report) {
          reports.push(report)
          onReport?.(i, report)
        },
        onFatal: (error) => void fatal.push(error),
      })
      return {
        node, mesh, blocks, committed, reports, fatal,
        submit(...txs) {
          pool.add(txs)
          node.transactionsAvailable()
        },
        stop: () => node.stop(),
      }
    },
    wipeBlocks: (i) => rmSync(join(folderOf(i), 'blocks'), { recursive: true }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export type LocalPool = TxPool & { add(txs: readonly Transaction[]): void; drop(ids: readonly TxId[]): void; get(id: TxId): Transaction | undefined }

export function createListPool(): LocalPool {
  const pending = new Map<TxId, Transaction>()
  return {
    add: (txs) => { for (const tx of txs) pending.set(tx.id, tx) },
    get: (id) => pending.get(id),
    drop: (ids) => { for (const id of ids) pending.delete(id) },
    hasWork: (exclude) => [...pending.keys()].some((id) => !exclude.has(id)),
    select: (exclude, { maxCount }) => [...pending.values()].filter((tx) => !exclude.has(tx.id)).slice(0, maxCount),
  }
}

/** Waits until `isTrue` holds; rejects naming `what` after `deadlineMs`. */
export async function until(what: string, isTrue: () => boolean, deadlineMs = 20_000): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
