/**
 * Does a model know when it does not know? The share of batches that are out of domain, on flows of its own network that
 * the histograms are not from (later ones, a day or a device left out) and on flows of other networks.
 *     npx tsx detector/training/domain-report.ts MATRICES
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FLOW_FEATURE_NAMES } from '../../domain/models/flow-features.js'
import { rawMargin } from '../../domain/models/raw-margin.js'
import { crosses } from '../../domain/models/tree-model.js'
import { wilsonInterval } from '../../domain/wilson-interval.js'
import { domainWatch } from '../engines/models/domain-watch.js'
import type { FeatureHistogram } from '../models/card.js'
import type { LoadedModel } from '../models/model-folder.js'
import { openAllShipped } from '../models/shipped.js'

type Row = { readonly label: string; readonly group: string; readonly timeMs: number; readonly vector: Float64Array }
type Histograms = Readonly<Record<string, FeatureHistogram>>
type Counted = { readonly batches: number; readonly outside: number }
const DAY_MS = 86_400_000

/** The rows of a matrix in the order of time. */
function rowsOf(matrices: string, name: string, label?: string): readonly Row[] {
  return readFileSync(join(matrices, `${name}.csv`), 'utf8').trimEnd().split('\n').slice(1).map((line): Row => {
    const [rowLabel = '', group = '', timeMs = '', ...vector] = line.split(',')
    return { label: rowLabel, group, timeMs: Number(timeMs), vector: Float64Array.from(vector, Number) }
  }).filter((row) => label === undefined || row.label === label).sort((a, b) => a.timeMs - b.timeMs)
}

/** Deciles of each feature, as trainer/measures.py writes them into cards. */
function histogramsOf(rows: readonly Row[]): Histograms {
  return Object.fromEntries(FLOW_FEATURE_NAMES.map((name, at) => {
    const column = Float64Array.from(rows, ({ vector }) => vector[at] as number).sort()
    const deciles = Array.from({ length: 9 }, (_, i) => column[Math.floor((i + 1) / 10 * (column.length - 1))] as number)
    const edges = [...new Set(deciles)].filter((edge) => edge < (column.at(-1) as number))
    const shares = edges.concat(Infinity).map((edge, i) => column.filter((value) => value <= edge && (i === 0 || value > (edges[i - 1] as number))).length / column.length)
    return [name, { edges, shares }]
  }))
}

function batchesIn({ model, card }: LoadedModel, histograms: Histograms, rows: readonly Row[]): Counted {
  const watch = domainWatch(histograms)
  for (const { vector } of rows) if (!crosses(model, rawMargin(model, vector), card.threshold.margin)) watch.observe(vector)
  return watch.counts()
}

/** Each part by histograms of all others. */
function leaveOneOut(loaded: LoadedModel, rows: readonly Row[], partOf: (row: Row) => unknown, always: readonly Row[] = []): Counted {
  const parts = [...new Set(rows.map(partOf))].map((part) =>
    batchesIn(loaded, histogramsOf([...always, ...rows.filter((row) => partOf(row) !== part)]), rows.filter((row) => partOf(row) === part)))
  return { batches: sum(parts, 'batches'), outside: sum(parts, 'outside') }
}
const sum = (parts: readonly Counted[], of: keyof Counted): number => parts.reduce((total, part) => total + part[of], 0)

function lineOf(model: string, traffic: string, { batches, outside }: Counted): string {
  const share = batches === 0 ? '-' : `${(outside / batches).toFixed(3)} [${wilsonInterval(outside, batches).map((end) => end.toFixed(3)).join(', ')}]`
  return `| \`${model}\` | ${traffic} | ${batches} | ${outside} | ${share} |`
}

/** As Markdown. @param matrices the folder that the extraction wrote */
export function domainTable(matrices: string): string {
  const cic = rowsOf(matrices, 'cicids', 'BENIGN')
  const iot = rowsOf(matrices, 'iot23', '0')
  const devices = rowsOf(matrices, 'iot23-devices')
  const later = cic.slice(Math.floor(0.7 * cic.length))
  const captures = [['attack captures', rowsOf(matrices, 'attack-captures')], ['application captures', rowsOf(matrices, 'application-captures')], ['CTU-13, normal and background', rowsOf(matrices, 'ctu13').filter(({ label }) => label !== 'Botnet')]] as const
  const lines = openAllShipped().flatMap((loaded) => {
    const { card } = loaded
    const isOfDevices = card.name === 'botnet-flow'
    const own: readonly (readonly [string, Counted])[] = isOfDevices
      ? [['own: each device by all others', leaveOneOut(loaded, devices, ({ group }) => group, iot)]]
      : [['own: the later 30 % of benign flows', batchesIn(loaded, card.domain, later)], ['own: each day by the other four', leaveOneOut(loaded, cic, ({ timeMs }) => Math.floor(timeMs / DAY_MS))]]
    const foreign = [...captures, isOfDevices ? ['CIC-IDS2017, benign', cic] as const : ['IoT-23, benign', iot] as const].map(([name, rows]) => [`foreign: ${name}`, batchesIn(loaded, card.domain, rows)] as const)
    const all = { batches: sum(foreign.map(([, counted]) => counted), 'batches'), outside: sum(foreign.map(([, counted]) => counted), 'outside') }
    return [...own, ...foreign, ['foreign, all', all] as const].map(([traffic, counted]) => lineOf(card.name, traffic, counted))
  })
  return ['| model | traffic | batches | out of domain | share [95 %] |', '|---|---|---|---|---|', ...lines].join('\n')
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  const [, , matrices] = process.argv
  if (matrices === undefined) throw new Error('usage: npx tsx detector/training/domain-report.ts MATRICES; MATRICES is the folder `matrices` in the cache of the training')
  console.log(domainTable(matrices))
}
