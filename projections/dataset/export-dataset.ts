/**
 * Makes a data set in an empty folder from the event log up to a position. Nothing but the log, the options and the key
 * goes into its bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Hex } from '../../domain/hash.js'
import { bytesToHex, utf8ToBytes } from '../../domain/bytes.js'
import { auditLeafOf } from '../../audit/tree/entry.js'
import { readPayload } from '../calibration/read-payload.js'
import { withAddressRule, type AddressRule } from './addresses.js'
import { cardText } from './card.js'
import { COLUMNS, createFeatureNames, featureColumns } from './columns.js'
import { foldLog, readRows, type ReadLog } from './fold-rows.js'
import { createLeafLevels } from './leaf-levels.js'
import { manifestOf, type Manifest, type ManifestFile } from './manifest.js'
import { createScoreGatherer } from './plot/model-scores.js'
import { drawModel } from './plot/draw-model.js'
import { createProofsFile } from './proofs-file.js'
import { createRowFile, type DatasetFormat, type RowFile } from './row-file.js'
import { jsonText, schemaText } from './schema-file.js'
import { planSplit, splitOf, SPLITS, type SplitName, type SplitOptions } from './split.js'

export type ExportDataset = ReadLog & {
  readonly chainId: string
  /** An empty folder. */
  readonly folder: string
  readonly format: DatasetFormat
  readonly split: SplitOptions
  /** Rows without a label are left out, and splits are shares of those that have one. */
  readonly labelled: boolean
  readonly addresses: AddressRule
  /** Names the key of the mapping in the manifest. */
  readonly anonymiseKeyId: string | null
  readonly proofs: boolean
  readonly plot: boolean
}

/** Throws where the log ends before the position, or `signal` aborts; what is in the folder then is worth nothing. */
export async function exportDataset(options: ExportDataset): Promise<Manifest> {
  const { folder, format } = options
  // The log is read twice.
  const half = (reading: 0 | 1): ReadLog => ({ ...options, onProgress: (position) => options.onProgress?.((reading * options.until + position) / 2) })
  const leaves = createLeafLevels()
  const names = createFeatureNames()
  const folded = await foldLog(half(0), {
    onEntry: ({ position, bytes }) => leaves.append(auditLeafOf(position, bytes)),
    onPublished: ({ authentic, message }) => { if (authentic) names.see(readPayload(message).features) },
  })
  const isWanted = ({ label }: { readonly label: string | null }): boolean => !options.labelled || label !== null
  const plan = planSplit([...folded.records.values()].filter(({ judged }) => isWanted({ label: judged?.label ?? null })).map(({ publishedAt }) => publishedAt), options.split)

  mkdirSync(join(folder, 'data'))
  const features = featureColumns(names.chosen())
  const dataPath = (split: SplitName): string => `data/${split}.${format}`
  const files = Object.fromEntries(SPLITS.map((split) => [split, createRowFile(format, join(folder, dataPath(split)), COLUMNS, features)])) as Record<SplitName, RowFile>
  const proofs = options.proofs ? createProofsFile(join(folder, 'proofs.jsonl'), leaves) : undefined
  const scores = createScoreGatherer()
  const labels = { true_positive: 0, false_positive: 0, benign: 0, none: 0 }
  let embargoed = 0
  for await (const row of readRows(half(1), folded)) {
    if (!isWanted(row)) continue
    const split = splitOf(row.publishedAt, plan)
    if (split === undefined) {
      embargoed += 1
      continue
    }
    labels[(row.label ?? 'none') as keyof typeof labels] += 1
    scores.see(row)
    files[split].write(withAddressRule(row, options.addresses))
    await proofs?.write(row)
  }

  const written: ManifestFile[] = []
  const splits = { train: 0, validation: 0, test: 0 }
  for (const split of SPLITS) {
    const { rows, ...facts } = await files[split].close()
    splits[split] = rows
    written.push({ path: dataPath(split), ...facts, rows })
  }
  if (proofs !== undefined) written.push({ path: 'proofs.jsonl', ...proofs.close() })
  const write = (path: string, text: string): void => {
    writeFileSync(join(folder, path), text, { flag: 'wx', flush: true })
    const bytes = utf8ToBytes(text)
    written.push({ path, bytes: bytes.length, sha256: sha256Hex(bytes) })
  }
  if (options.plot) {
    mkdirSync(join(folder, 'plots'))
    for (const model of scores.all()) write(`plots/${model.slug}.svg`, drawModel(model))
  }
  write('schema.json', schemaText(COLUMNS, features))
  const parts = {
    chainId: options.chainId, logPosition: options.until, audit: { treeSize: leaves.size(), root: bytesToHex(leaves.root()) }, plan, files: written,
    options: {
      format, split: options.split.percent.join('/'), embargoMs: options.split.embargoMs, labelled: options.labelled, addresses: options.addresses.kind, anonymiseKeyId: options.anonymiseKeyId,
      proofs: options.proofs, plot: options.plot,
    },
    counts: { splits, embargoed, labels, passedOver: folded.passedOver.length },
  }
  write('README.md', cardText(manifestOf(parts)))
  const manifest = manifestOf(parts)
  writeFileSync(join(folder, 'manifest.json'), jsonText(manifest), { flag: 'wx', flush: true })
  return manifest
}
