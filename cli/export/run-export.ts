/** Makes a data set from the event log of a data folder, running or stopped: nothing else of it is needed. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { sha256Hex } from '../../domain/hash.js'
import { entriesOf } from '../../eventlog/index.js'
import { anonymiseKeyId, readAnonymiseKey, readOrMakeAnonymiseKey } from '../../platform/crypto/anonymise-key-file.js'
import { createAddressMapping } from '../../platform/crypto/crypto-pan.js'
import { exportDataset, type AddressRule, type Manifest } from '../../projections/dataset/index.js'
import type { Layout } from '../data-folder/layout.js'
import type { DataFolder } from '../data-folder/open.js'
import type { Progress } from '../shared/progress.js'
import { openLogOf } from '../shared/stopped-folder.js'
import { UserError } from '../shared/user-error.js'
import { copyCheckpoint, type CheckpointCopy } from './copy-checkpoint.js'
import type { ExportOptions } from './options.js'
import { checkOutFolder, intoFolder } from './out-folder.js'

export type ExportReport = {
  readonly out: string
  readonly manifest: Manifest
  readonly manifestSha256: string
  /** The signed checkpoint that lies beside it; null where the log has none so far. */
  readonly checkpoint: CheckpointCopy | null
}

/** @param beforePlacing what must have succeeded before anybody gets the data */
export async function runExport(data: DataFolder, options: ExportOptions, progress: Progress, signal: AbortSignal, beforePlacing: (report: ExportReport) => Promise<void>): Promise<ExportReport> {
  const out = resolve(options.out)
  checkOutFolder(out)
  const { rule, keyId } = addressRuleOf(data.layout, options)
  const log = await openLogOf(data)
  try {
    const end = await log.length()
    const until = options.position ?? end
    if (until > end) throw new UserError('BEYOND_END', `the event log has ${end} entries, fewer than --position ${until}`)
    return await intoFolder(out, async (folder) => {
      const manifest = await exportDataset({
        entries: entriesOf(log), until, signal, chainId: data.genesis.chainId, folder, format: options.format, split: options.split, labelled: options.labelled,
        addresses: rule, anonymiseKeyId: keyId, proofs: options.proofs, plot: options.plot,
        onProgress: (position) => progress.show(`reading the event log: ${Math.floor((position / Math.max(until, 1)) * 100)} % of ${until} entries`),
      })
      const checkpoint = copyCheckpoint(data.layout.recorder, folder, manifest) ?? null
      return { out, manifest, manifestSha256: sha256Hex(readFileSync(join(folder, 'manifest.json'))), checkpoint }
    }, beforePlacing)
  } finally {
    await log.close()
  }
}

function addressRuleOf(layout: Layout, { addresses, anonymiseKey }: ExportOptions): { readonly rule: AddressRule; readonly keyId: string | null } {
  if (addresses !== 'anonymise') return { rule: { kind: addresses }, keyId: null }
  const key = anonymiseKey === undefined ? readOrMakeAnonymiseKey(layout.anonymiseKey) : readAnonymiseKey(anonymiseKey)
  return { rule: { kind: 'anonymise', map: createAddressMapping(key) }, keyId: anonymiseKeyId(key) }
}
