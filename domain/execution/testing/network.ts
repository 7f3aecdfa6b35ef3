/** A small network for tests: genesis, keys, messages and transactions that differ only where a test says so. */
import { createSigner } from '../../../platform/crypto/ed25519.js'
import { utf8ToBytes } from '../../bytes.js'
import { bytesToHex } from '../../bytes.js'
import type { Signer } from '../../crypto.js'
import { createGenesis, DEFAULT_LIMITS, validatorSetOf, type Genesis, type GenesisBody } from '../../genesis.js'
import { sha256 } from '../../hash.js'
import { asAnomalyId, asEpoch, asHeight, asMillis, asView, GENESIS_VIEW, ZERO_HASH, type BlockHash, type Height, type StateRoot, type UnixMillis, type ValidatorId } from '../../ids.js'
import { encodeAnomaly } from '../../message/anomaly.js'
import { signAnomaly, type AnomalyDraft, type SignScheme } from '../../message/sign-anomaly.js'
import { createTransaction, type Transaction } from '../../transaction.js'
import { executeBlock, genesisState } from '../execute.js'
import type { BlockTurn, ExecutionResult, StateChanges, StateNodes } from '../types.js'

export const signerOf = (name: string): Signer => createSigner(sha256(utf8ToBytes(name)))
const keyOf = (name: string) => ({ name, publicKey: bytesToHex(signerOf(name).publicKey) })

export const BLOCK_SECONDS = 1_760_595_055
export const BLOCK_TIME = asMillis(BLOCK_SECONDS * 1000)

export const genesisBody: GenesisBody = {
  format: 1, network: 'test', createdAt: '2025-10-16T00:00:00Z', epoch: 0,
  validators: ['v0', 'v1', 'v2', 'v3', 'v4'].map(keyOf),
  producers: [{ ...keyOf('p0'), schemes: ['v1', 'v2'] }, { ...keyOf('p1'), schemes: ['v2'] }],
  recorders: [keyOf('r0')],
  limits: DEFAULT_LIMITS,
}
export const genesis: Genesis = createGenesis(genesisBody)

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

/** The n-th anomaly: its own id and nonce, and a payload that agrees with the envelope. */
export function draftOf(n: number, changes: Partial<AnomalyDraft> = {}): AnomalyDraft {
  const severity = changes.severity ?? 7
  const confidence = changes.confidence ?? 0.5
  const nonce = new Uint8Array(16)
  new DataView(nonce.buffer).setUint32(12, n)
  return {
    id: asAnomalyId(`00000000-0000-4000-8000-${hex(n, 12)}`), type: 'ddos', source: '203.0.113.7', severity, confidence,
    tsSeconds: BLOCK_SECONDS, payload: utf8ToBytes(JSON.stringify({ severity, confidence, n })), modelVersion: 'v1.0.0', nonce, ...changes,
  }
}

export function messageOf(n: number, changes: Partial<AnomalyDraft> = {}, producer = 'p0', scheme: SignScheme = 'v2'): Uint8Array {
  return encodeAnomaly(signAnomaly(draftOf(n, changes), signerOf(producer), scheme))
}

export const txOf = (n: number, changes: Partial<AnomalyDraft> = {}, producer = 'p0'): Transaction =>
  createTransaction('event', messageOf(n, changes, producer))

/** The block of a view whose turn it was, right after its parent; the parent's certificate has no signers. */
export function turnOf(view: number, start: Genesis = genesis): BlockTurn {
  const { validators } = validatorSetOf(start)
  const data = { epoch: asEpoch(0), view: asView(view - 1), height: asHeight(view - 1), blockHash: ZERO_HASH as BlockHash, parentView: GENESIS_VIEW, commit: undefined }
  return { view: asView(view), proposer: validators[view % validators.length]?.id as ValidatorId, failedLeaders: [], justify: { data, signatures: [] } }
}

/** A store of nodes that applies each block's changes, as a validator's does. */
export function createChain(start: Genesis = genesis) {
  const nodes = new Map<string, Uint8Array>()
  const initial = genesisState(start)
  let root: StateRoot = initial.stateRoot
  let height: Height = asHeight(0)
  const apply = ({ puts, deletes }: StateChanges): void => {
    for (const hash of deletes) nodes.delete(hash)
    for (const [hash, bytes] of puts) nodes.set(hash, bytes)
  }
  apply({ puts: initial.puts, deletes: new Set() })
  const execute = (transactions: readonly Transaction[], timestamp: UnixMillis = BLOCK_TIME, from: StateNodes = nodes, turn = turnOf(height + 1, start)): ExecutionResult =>
    executeBlock({ genesis: start, nodes: from, parentRoot: root, height: asHeight(height + 1), timestamp, turn, transactions })
  return {
    nodes,
    get root() { return root },
    execute,
    /** Executes and keeps the result. */
    commit(transactions: readonly Transaction[], timestamp: UnixMillis = BLOCK_TIME, turn?: BlockTurn): ExecutionResult {
      const result = execute(transactions, timestamp, nodes, turn)
      apply(result.changes)
      root = result.stateRoot
      height = asHeight(height + 1)
      return result
    },
  }
}
