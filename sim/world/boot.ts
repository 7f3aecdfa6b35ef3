/** The one place where the simulator touches how a core is made: from a disk to a running engine. */
import { executeBlock } from '../../domain/execution/execute.js'
import type { ExecutionResult } from '../../domain/execution/types.js'
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import type { UnixMillis, ValidatorId } from '../../domain/ids.js'
import { createTransactionCheck as createCheck } from '../../domain/execution/check-transaction.js'
import type { Transaction } from '../../domain/transaction.js'
import { createNodeCache } from '../../domain/state/nodes.js'
import { createEngine, type Engine } from '../../consensus/core/engine.js'
import type { ElectLeader } from '../../consensus/core/leader.js'
import type { CheckTransaction, TransactionCheck, TxPool } from '../../consensus/core/ports.js'
import { recover } from '../../consensus/node/recover.js'
import type { SimDisk } from './disk.js'
import type { Network } from './network-of.js'

export type BootOptions = {
  readonly network: Network
  readonly self: ValidatorId
  readonly signer: Signer
  readonly verify: VerifySignature
  readonly checkTransaction: CheckTransaction
  readonly pool: TxPool
  readonly baseTimeoutMs: number
  /** Who leads a view, where a script wants to say so instead of the core. */
  readonly electLeader?: ElectLeader
  /** Another node runs with this key, or a liar does: it is no accident, and stopping is not for liars. */
  readonly sharesKey: boolean
  /** What this node takes for the result of an execution, where a script wants its software to be wrong. */
  readonly misexecute?: (result: ExecutionResult) => ExecutionResult
}

/** Small beside the product's, so that nodes are also read from the store. */
const STATE_CACHE_NODES = 64

/** Throws SafetyRecordError where the disk does not allow a start. */
export function boot(disk: SimDisk, { network, misexecute = (result) => result, ...config }: BootOptions): Engine {
  const { genesis, set, root } = network
  const cache = createNodeCache(STATE_CACHE_NODES)
  return createEngine({
    ...config, set, limits: genesis.limits, genesisBlock: root.block, committedNodes: disk.nodes,
    execute: (input) => misexecute(executeBlock({ ...input, genesis }, cache)),
  }, recover(root, disk, disk.readSafety()))
}

/** The check before a vote. All nodes ask the same of the same bytes, so each answer is computed once a world. */
export function createTransactionCheck({ genesis }: Network, verify: VerifySignature): CheckTransaction {
  const check = createCheck(genesis, verify)
  const known = new Map<string, TransactionCheck>()
  return (tx: Transaction, blockTime: UnixMillis, place) => {
    const key = `${tx.id} ${blockTime} ${place.height} ${place.parentRoot}`
    const answer = known.get(key)
    if (answer !== undefined) return answer
    const fresh: TransactionCheck = check(tx, blockTime, place)
    known.set(key, fresh)
    return fresh
  }
}
