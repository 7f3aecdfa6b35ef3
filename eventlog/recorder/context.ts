/** What every decision of the recorder needs to know about its network: all of it follows from genesis. */
import type { VerifySignature } from '../../domain/crypto.js'
import { genesisBlock } from '../../domain/block.js'
import { genesisState } from '../../domain/execution/execute.js'
import { validatorSetOf, type Genesis, type ValidatorSet } from '../../domain/genesis.js'
import type { BlockHash } from '../../domain/ids.js'
import { faultTolerance } from '../../domain/quorum.js'

export type RecorderContext = {
  readonly set: ValidatorSet
  readonly genesis: Genesis
  readonly genesisHash: BlockHash
  /** f+1 distinct refusals reject: one of them is honest. */
  readonly refusalsNeeded: number
  readonly verify: VerifySignature
  /** For messages and receipts, which anybody may forge. */
  readonly strictly: VerifySignature
}

export function recorderContext(genesis: Genesis, verify: VerifySignature, strictly = verify): RecorderContext {
  const set = validatorSetOf(genesis)
  return {
    set,
    genesis,
    genesisHash: genesisBlock(set.chainId, genesisState(genesis).stateRoot).hash,
    refusalsNeeded: faultTolerance(set.validators.length) + 1,
    verify,
    strictly,
  }
}
