/** A validator's witness, and where it answers on the operations server. */
import type { Signer } from '../../domain/crypto.js'
import type { Genesis } from '../../domain/genesis.js'
import { AuditFormatError } from '../../audit/errors.js'
import { openWitnessMemory } from '../../audit/witness/memory.js'
import { ADD_CHECKPOINT, ADD_LOG, LARGEST_REQUEST_BYTES, WITNESS_KEYS } from '../../audit/witness/messages.js'
import { createWitness, type Witness, type WitnessStatus } from '../../audit/witness/witness.js'
import { systemClock } from '../../platform/clock.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { readKeySeed } from '../../platform/crypto/key-file.js'
import { witnessFileOf } from '../data-folder/layout.js'
import type { Logger } from '../shared/logger.js'
import type { OpsRoute } from '../shared/ops-route.js'

export type RunningWitness = { readonly routes: readonly OpsRoute[]; status(): WitnessStatus | { readonly problem: string } }

/** A witness that lost its memory signs nothing; consensus goes on without it. */
export function openWitness({ data, key }: { readonly data: string; readonly key: string }, genesis: Genesis, identity: Signer, log: Logger): RunningWitness {
  try {
    const memory = openWitnessMemory(witnessFileOf(data))
    const witness = createWitness({
      genesis, identity, identitySeed: readKeySeed(key), memory, verify: createVerifier(), now: () => systemClock.now(),
      onAlarm: (sentence) => log.error({ witness: sentence }, 'the audit log sent what it must never send'),
    })
    return { routes: witnessRoutes(witness), status: () => witness.status() }
  } catch (error) {
    if (!(error instanceof AuditFormatError)) throw error
    log.error({ witness: error.message }, 'this validator cosigns no checkpoints')
    return { routes: [], status: () => ({ problem: error.message }) }
  }
}

const ORIGIN_PATH = /^\/witness\/([0-9a-f]{64})\/checkpoint$/
const LARGEST_BINDING_BYTES = 4096

export const witnessRoutes = (witness: Witness): readonly OpsRoute[] => [
  { method: 'POST', path: ADD_CHECKPOINT, mostBytes: LARGEST_REQUEST_BYTES, answer: ({ body }) => witness.addCheckpoint(body) },
  { method: 'POST', path: ADD_LOG, mostBytes: LARGEST_BINDING_BYTES, answer: ({ body }) => witness.addLog(body) },
  { method: 'GET', path: WITNESS_KEYS, mostBytes: 0, answer: () => witness.keys() },
  { method: 'GET', path: ORIGIN_PATH, mostBytes: 0, answer: ({ path }) => witness.checkpoint((ORIGIN_PATH.exec(path) as RegExpExecArray)[1] as string) },
]
