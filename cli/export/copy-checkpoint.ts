/**
 * The newest signed checkpoint of the audit tree, beside the data set. It is no part of what is reproducible: later the
 * log has a later one. It must not contradict the tree that the manifest names.
 */
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCheckpoint } from '../../audit/notes/checkpoint.js'
import { bytesToHex } from '../../domain/bytes.js'
import type { Manifest } from '../../projections/dataset/index.js'
import { UserError } from '../shared/user-error.js'

export type CheckpointCopy = { readonly file: string; readonly size: number }

/** Undefined where there is none that covers the position. Throws UserError AUDIT_MISMATCH. */
export function copyCheckpoint(recorderFolder: string, into: string, { audit }: Pick<Manifest, 'audit'>): CheckpointCopy | undefined {
  const path = join(recorderFolder, 'audit', 'checkpoint')
  if (!existsSync(path)) return undefined
  const text = readFileSync(path, 'utf8')
  const { size, root } = parseCheckpoint(text.slice(0, text.indexOf('\n\n') + 1))
  if (size < BigInt(audit.treeSize)) return undefined
  if (size === BigInt(audit.treeSize) && bytesToHex(root) !== audit.root) {
    throw new UserError('AUDIT_MISMATCH', `the checkpoint ${path} has another root at ${audit.treeSize} leaves than the event log; run \`cybermesh audit fsck\` before anything is exported`)
  }
  copyFileSync(path, join(into, 'checkpoint'))
  return { file: 'checkpoint', size: Number(size) }
}
