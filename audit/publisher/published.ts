/** What a log has published: its newest checkpoint and the keys that signed it, as files beside the tiles. */
import { utf8ToBytes } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import type { Genesis } from '../../domain/genesis.js'
import { parseAuditKeys, trustAuditKeys, type AuditKeys } from '../notes/audit-keys.js'
import { AuditFormatError } from '../errors.js'
import { openLogCheckpoint, type SignedCheckpoint } from '../notes/open-checkpoint.js'
import { CHECKPOINT_FILE, COSE_FILE, KEYS_FILE, readIfThere, type TileFiles } from '../tiles/tile-files.js'

/** Keys of an earlier run; undefined where there are none that hold. */
export function readAuditKeys(folder: string, genesis: Genesis, verify: VerifySignature): AuditKeys | undefined {
  const bytes = readIfThere(folder, KEYS_FILE)
  if (bytes === undefined) return undefined
  try {
    const keys = parseAuditKeys(JSON.parse(Buffer.from(bytes).toString('utf8')))
    trustAuditKeys(keys, genesis, verify)
    return keys
  } catch (error) {
    if (error instanceof AuditFormatError || error instanceof SyntaxError) return undefined
    throw error
  }
}

export const writeAuditKeys = (files: TileFiles, keys: AuditKeys): Promise<void> => files.write([{ path: KEYS_FILE, bytes: utf8ToBytes(`${JSON.stringify(keys, null, 2)}\n`) }])

/** Throws AuditFormatError where there is a checkpoint that this log did not sign. */
export function readPublished(folder: string, keys: AuditKeys, genesis: Genesis, verify: VerifySignature): SignedCheckpoint | undefined {
  const bytes = readIfThere(folder, CHECKPOINT_FILE)
  return bytes === undefined ? undefined : openLogCheckpoint(bytes, trustAuditKeys(keys, genesis, verify))
}

/** The root for COSE first: who finds one that is newer than the checkpoint makes do without it. */
export async function writePublished(files: TileFiles, checkpoint: Uint8Array, cose: Uint8Array): Promise<void> {
  await files.write([{ path: COSE_FILE, bytes: cose }])
  await files.write([{ path: CHECKPOINT_FILE, bytes: checkpoint }])
}
