/**
 * What a model may do, as the chain says: `shadow` (also where the chain says nothing) is counted and decides nothing,
 * `canary` decides for a share of the hosts, `active` for all of them, `retired` is not asked.
 */
import { bytesToHex } from '../../../domain/bytes.js'
import { sha256OfText } from '../../../domain/hash.js'
import type { ModelStage } from '../../../domain/scoring/registry.js'

/** The stage at the height where the chain is now; undefined for models that it does not know. */
export type StageOf = (modelHash: string) => ModelStage | undefined

/** Share of the hosts that a canary decides for. */
export const CANARY_SHARE = 0.1
const DRAWN = 2 ** 32

/** A canary's hosts are the same ones in every detector and after every restart, and others for another model. */
export function mayDecide(stage: ModelStage | undefined, modelHash: string, target: string): boolean {
  if (stage === 'active') return true
  return stage === 'canary' && Number.parseInt(bytesToHex(sha256OfText(`${modelHash}/${target}`).subarray(0, 4)), 16) < CANARY_SHARE * DRAWN
}
