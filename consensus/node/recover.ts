/** From disk to core: the safety record, the committed head with its state, and the blocks above it. */
import { genesisBlock, genesisQc, type Block } from '../../domain/block.js'
import { genesisState } from '../../domain/execution/execute.js'
import type { StateChanges } from '../../domain/execution/types.js'
import { validatorSetOf, type Genesis } from '../../domain/genesis.js'
import { asEpoch, asView, type StateRoot } from '../../domain/ids.js'
import type { Recovered } from '../core/core-state.js'
import type { SafetyRecord } from '../core/safety-rules.js'
import type { BlockStore } from '../storage/block-store.js'

const NO_CHANGES: StateChanges = { puts: new Map(), deletes: new Set() }

export type GenesisRoot = { readonly block: Block; readonly puts: ReadonlyMap<string, Uint8Array> }

export function genesisRoot(genesis: Genesis): GenesisRoot {
  const { stateRoot, puts } = genesisState(genesis)
  return { block: genesisBlock(validatorSetOf(genesis).chainId, stateRoot), puts }
}

/** The memory of a key that has never signed. */
export function firstSafetyRecord(genesis: Genesis): SafetyRecord {
  return {
    epoch: asEpoch(genesis.epoch), lastVotedView: asView(0), lockView: asView(0), lastVote: undefined, lastProposedView: asView(0),
    highQc: genesisQc(genesisRoot(genesis).block), highTc: undefined,
  }
}

/** What recovering needs of a block store. */
export type RecoveredFrom = Pick<BlockStore, 'head' | 'uncommitted' | 'saveGenesis'>

export function recover(root: GenesisRoot, store: RecoveredFrom, record: SafetyRecord): Recovered {
  const head = store.head()
  if (head === undefined) store.saveGenesis(root.puts)
  const block = head?.block ?? root.block
  const receipts = head?.receipts ?? []
  const execution = { stateRoot: block.header.stateRoot as StateRoot, receiptsRoot: block.header.receiptsRoot, receipts, changes: NO_CHANGES }
  // The head's own certificate may be newer than the record's: a commit is stored without a vote.
  const known = head?.commitCertificate
  const highQc = known !== undefined && known.data.view > record.highQc.data.view ? known : record.highQc
  return { record: { ...record, highQc }, head: { block, execution, commitCertificate: known }, uncommitted: store.uncommitted() }
}
