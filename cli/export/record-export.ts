/** An export as an event of the log: who took which data. It is recorded before anybody has them, or nobody gets them. */
import type { DataFolder } from '../data-folder/open.js'
import { recordOperatorAction, type ActorFlag } from '../shared/operator-actions.js'
import type { ExportReport } from './run-export.js'

export async function recordExport(data: DataFolder, flags: ActorFlag, { out, manifest, manifestSha256 }: ExportReport): Promise<void> {
  const { options, splits, labels, logPosition } = manifest
  await recordOperatorAction(data, flags, {
    action: 'export.calibration', resource: out, result: 'success',
    fields: {
      position: String(logPosition), format: options.format, addresses: options.addresses, manifestSha256,
      rows: String(splits.rows.train + splits.rows.validation + splits.rows.test), labelled: String(labels.true_positive + labels.false_positive + labels.benign),
    },
  })
}
