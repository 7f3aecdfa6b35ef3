/**
 * What a monitor says of a checkpoint, given the newest one that it saw before. A log that shows different trees to
 * different people, or takes back what it showed, is caught by whoever keeps checkpoints and compares.
 */
import { bytesEqual } from '../../domain/bytes.js'
import type { AuditTrust } from '../notes/audit-keys.js'
import { proveConsistency, verifyConsistency } from '../tree/consistency.js'
import { AuditFormatError } from '../errors.js'
import { openCheckpoint, type SignedCheckpoint } from '../notes/open-checkpoint.js'
import { subtreesFromTiles, type ReadTileFile } from '../tiles/read-tiles.js'
import { readRoot } from '../tree/subtrees.js'
import type { Tree } from '../witness/decide.js'

export type Verdict =
  /** The first one seen. */
  | { readonly kind: 'first'; readonly checkpoint: SignedCheckpoint }
  | { readonly kind: 'same'; readonly checkpoint: SignedCheckpoint }
  /** It continues the one before. */
  | { readonly kind: 'grown'; readonly checkpoint: SignedCheckpoint; readonly by: bigint }
  | { readonly kind: 'alarm'; readonly alarm: Alarm; readonly sentence: string }

export type Alarm =
  /** Malformed, a false signature, another log's, or too few witnesses. */
  | 'unsigned'
  /** Another tree where there was one: no continuation, or two roots of one size. */
  | 'fork'
  /** Fewer entries than before. */
  | 'rollback'
  /** Tiles that a checkpoint needs are missing or do not give its root. */
  | 'false-tiles'

const alarm = (kind: Alarm, sentence: string): Verdict => ({ kind: 'alarm', alarm: kind, sentence })

/** @param before undefined for the first look. Throws what `read` throws: a log that cannot be asked says nothing yet. */
export async function judgeCheckpoint(bytes: Uint8Array, before: Tree | undefined, trust: AuditTrust, read: ReadTileFile): Promise<Verdict> {
  let checkpoint: SignedCheckpoint
  try {
    checkpoint = openCheckpoint(bytes, trust)
  } catch (error) {
    if (!(error instanceof AuditFormatError)) throw error
    return alarm('unsigned', error.message)
  }
  const { size, root } = checkpoint
  if (before !== undefined && size < before.size) return alarm('rollback', `the log shows ${size} entries and showed ${before.size} before`)
  if (before !== undefined && size === before.size) {
    return bytesEqual(root, before.root) ? { kind: 'same', checkpoint } : alarm('fork', `the log shows two trees of ${size} entries`)
  }
  try {
    const subtrees = subtreesFromTiles(size, read)
    if (!bytesEqual(await readRoot(size, subtrees), root)) return alarm('false-tiles', `the tiles do not give the root of the checkpoint of ${size} entries`)
    if (before === undefined || before.size === 0n) return { kind: 'first', checkpoint }
    // Tiles that give the new root give true subtrees of it, so a proof from them fails for one reason alone.
    const proof = await proveConsistency(before.size, size, subtrees)
    const check = verifyConsistency({ size1: before.size, root1: before.root, size2: size, root2: root, proof })
    return check.ok ? { kind: 'grown', checkpoint, by: size - before.size } : alarm('fork', `the tree of ${size} entries does not continue the one of ${before.size} that the log showed before (${check.fault})`)
  } catch (error) {
    if (!(error instanceof AuditFormatError)) throw error
    return alarm('false-tiles', `a tile that the checkpoint of ${size} entries needs: ${error.message}`)
  }
}
