/** What an export came to, for people. */
import Table from 'cli-table3'
import { SPLITS } from '../../projections/dataset/index.js'
import type { ExportReport } from './run-export.js'

export function renderExport({ out, manifest, manifestSha256, checkpoint }: ExportReport): string {
  const { splits, labels, files, audit, logPosition } = manifest
  const table = new Table({ head: ['file', 'rows', 'bytes', 'SHA-256'], style: { head: [], border: [] } })
  for (const { path, rows, bytes, sha256 } of files) table.push([path, rows ?? '', bytes, sha256.slice(0, 16)])
  const labelled = labels.true_positive + labels.false_positive + labels.benign
  const empty = SPLITS.filter((split) => splits.rows[split] === 0)
  return [
    table.toString(),
    `${labelled} rows have a label, ${labels.none} have none; ${splits.embargoed} left out by the embargo`,
    ...(empty.length === 0 ? [] : [`${empty.join(' and ')} ${empty.length === 1 ? 'is' : 'are'} empty: choose a shorter --embargo, or wait until the log spans more time`]),
    `position ${logPosition}, audit root ${audit.root}${checkpoint === null ? '' : `, signed checkpoint of ${checkpoint.size} leaves beside it`}`,
    `${out}/manifest.json  SHA-256 ${manifestSha256}`,
  ].join('\n')
}
