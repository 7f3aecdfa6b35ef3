/** manifest.json: what the data set was made of and what it came to. No clock, no machine: equal exports are equal bytes. */
import type { DatasetFormat } from './row-file.js'
import { DATASET_FORMAT } from './schema-file.js'
import { SPLITS, type SplitName, type SplitPlan } from './split.js'

export type ManifestFile = { readonly path: string; readonly bytes: number; readonly sha256: string; readonly rows?: number }

export type LabelCounts = Readonly<Record<'true_positive' | 'false_positive' | 'benign' | 'none', number>>

export type DatasetCounts = { readonly splits: Readonly<Record<SplitName, number>>; readonly embargoed: number; readonly labels: LabelCounts; readonly passedOver: number }

export type Manifest = {
  readonly format: typeof DATASET_FORMAT
  readonly chainId: string
  /** The data set tells of so many entries of the event log, from the first. */
  readonly logPosition: number
  /** The audit tree over those entries: RFC 6962, hex. */
  readonly audit: { readonly treeSize: number; readonly root: string }
  readonly options: {
    readonly format: DatasetFormat; readonly split: string; readonly embargoMs: number
    /** Only rows that have a label. */
    readonly labelled: boolean
    readonly addresses: 'anonymise' | 'keep' | 'drop'
    /** Which key mapped the addresses, not the key. */
    readonly anonymiseKeyId: string | null
    readonly proofs: boolean; readonly plot: boolean
  }
  readonly splits: {
    readonly by: 'published_at'
    /** RFC 3339; null where no row is that late. */
    readonly validationFrom: string | null; readonly testFrom: string | null
    readonly rows: Readonly<Record<SplitName, number>>
    /** Left out because they follow a boundary too closely. */
    readonly embargoed: number
  }
  readonly labels: LabelCounts
  /** Events that no read model could apply. */
  readonly passedOver: number
  readonly files: readonly ManifestFile[]
}

export type ManifestParts = Pick<Manifest, 'chainId' | 'logPosition' | 'audit' | 'options' | 'files'> & { readonly plan: SplitPlan; readonly counts: DatasetCounts }

export function manifestOf({ plan, counts, files, ...rest }: ManifestParts): Manifest {
  const time = (millis: number | undefined): string | null => (millis === undefined ? null : new Date(millis).toISOString())
  return {
    format: DATASET_FORMAT, ...rest,
    splits: {
      by: 'published_at', validationFrom: time(plan.validationFrom), testFrom: time(plan.testFrom),
      rows: Object.fromEntries(SPLITS.map((split) => [split, counts.splits[split]])) as Manifest['splits']['rows'], embargoed: counts.embargoed,
    },
    labels: counts.labels, passedOver: counts.passedOver,
    files: [...files].sort((a, b) => (a.path < b.path ? -1 : 1)),
  }
}
