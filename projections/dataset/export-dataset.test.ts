import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditLeafOf } from '../../audit/tree/entry.js'
import { verifyInclusion } from '../../audit/tree/inclusion.js'
import { hexToBytes } from '../../domain/bytes.js'
import { sha256Hex } from '../../domain/hash.js'
import { asPosition } from '../../domain/ids.js'
import { entriesOf } from '../../eventlog/entries.js'
import { openEmbeddedLog, type EmbeddedLog } from '../../eventlog/index.js'
import { packageFile } from '../../platform/package-root.js'
import { createAddressMapping } from '../../platform/crypto/crypto-pan.js'
import { appendSample } from '../testing/sample-log.js'
import { COLUMNS } from './columns.js'
import { exportDataset, type ExportDataset } from './export-dataset.js'
import type { Manifest } from './manifest.js'
import { describeColumn } from './schema-file.js'
import { ADDRESS, datasetEvents, TARGET } from './testing/dataset-log.js'
import { askDuckDb } from './testing/duckdb.js'

const ROWS = 120
const MINUTE_MS = 60_000
const map = createAddressMapping(new Uint8Array(32).fill(7))
const base = mkdtempSync(join(tmpdir(), 'cybermesh-dataset-'))
let log: EmbeddedLog
let until: number
let count = 0
beforeAll(async () => {
  log = await openEmbeddedLog(join(base, 'log'))
  await appendSample(log, datasetEvents(ROWS))
  until = await log.length()
  // What comes after the position must not be seen.
  await appendSample(log, datasetEvents(3).map((event) => ('anomalyId' in event.data ? { ...event, data: { ...event.data, anomalyId: '00000000-0000-5000-8000-000000000000' } } as typeof event : event)).slice(0, 1), 10_000)
})
afterAll(async () => {
  await log.close()
  rmSync(base, { recursive: true })
})

async function make(changes: Partial<ExportDataset> = {}): Promise<{ readonly folder: string; readonly manifest: Manifest }> {
  const folder = join(base, `out-${count++}`)
  mkdirSync(folder)
  const manifest = await exportDataset({
    entries: entriesOf(log), until, chainId: 'ab'.repeat(32), folder, format: 'parquet', split: { percent: [70, 15, 15], embargoMs: 3 * MINUTE_MS }, labelled: false,
    addresses: { kind: 'anonymise', map }, anonymiseKeyId: 'cd'.repeat(8), proofs: true, plot: true, ...changes,
  })
  return { folder, manifest }
}
const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)).map((path) => [path.slice(folder.length + 1), sha256Hex(readFileSync(path))] as const).sort(([a], [b]) => (a < b ? -1 : 1)))
const linesOf = (path: string): Record<string, unknown>[] => readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)

describe('a data set', () => {
  test.each(['parquet', 'jsonl', 'csv'] as const)('in %s is the same bytes when it is made again', async (format) => {
    const [one, two] = [await make({ format }), await make({ format })]
    expect(filesOf(one.folder)).toEqual(filesOf(two.folder))
    expect(readFileSync(join(one.folder, 'manifest.json'), 'utf8')).not.toContain(base)
  })

  test('has a manifest with the hash of every other file, and nothing else lies there', async () => {
    const { folder, manifest } = await make()
    const files = filesOf(folder)
    delete files['manifest.json']
    expect(Object.fromEntries(manifest.files.map(({ path, sha256 }) => [path, sha256]))).toEqual(files)
    expect(Object.keys(files).map((path) => path.split('/')[0])).toEqual(['README.md', 'data', 'data', 'data', 'plots', 'proofs.jsonl', 'schema.json'])
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toEqual(manifest)
    expect(manifest).toMatchObject({ format: 'cybermesh-calibration/1', logPosition: until, audit: { treeSize: until } })
  })

  test('opens in DuckDB with the columns of its schema', async () => {
    const { folder } = await make()
    const described = await askDuckDb(`DESCRIBE SELECT * FROM '${folder}/data/*.parquet'`)
    const { columns, featureColumns } = JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8')) as Record<'columns' | 'featureColumns', { name: string; duckdb: string }[]>
    expect(columns).toEqual(COLUMNS.map(describeColumn))
    expect(described.map(({ column_name, column_type }) => [column_name, column_type])).toEqual([...columns, ...featureColumns].map(({ name, duckdb }) => [name, duckdb]))
    expect(featureColumns.map(({ name }) => name)).toEqual(['feature_rare feature', 'feature_source_entropy_bits', 'feature_syn'])
    const [figures] = await askDuckDb(`SELECT count(*)::INT AS rows, count(label)::INT AS labelled, max(features['syn']) AS syn, max(feature_syn) AS feature, sum(len(verdicts))::INT AS verdicts,
      max(engine_scores['rules/syn-flood'].threshold) AS threshold, count("feature_rare feature")::INT AS rare, min(verdicts[1].verdict) AS first_verdict FROM '${folder}/data/*.parquet'`)
    expect(figures).toMatchObject({ rows: ROWS - 6, syn: ROWS - 1, feature: ROWS - 1, threshold: 0.5, first_verdict: 'benign' })
    expect(figures?.labelled).toBe(figures?.verdicts)
    // Every second row has it, and of those that are left out four have it.
    expect(figures?.rare).toBe(ROWS / 2 - 4)
  })

  test('says the same in every format', async () => {
    const [parquet, jsonl, csv] = await Promise.all((['parquet', 'jsonl', 'csv'] as const).map((format) => make({ format })))
    const wanted = 'anomaly_id, log_position, label, raw_score, outcome, reason_code, epoch_ms(published_at) AS at, source_address, source, len(features)::INT AS features'
    const order = 'ORDER BY log_position'
    const expected = await askDuckDb(`SELECT ${wanted.replace('len(features)', 'cardinality(features)')} FROM '${parquet?.folder}/data/*.parquet' ${order}`)
    expect(expected.length).toBe(ROWS - 6)
    const fromLines = await askDuckDb(`SELECT ${wanted.replace('len(features)', 'len(json_keys(features))')} FROM read_json('${jsonl?.folder}/data/*.jsonl', columns = {anomaly_id: 'VARCHAR', log_position: 'BIGINT', label: 'VARCHAR', raw_score: 'DOUBLE', outcome: 'VARCHAR', reason_code: 'VARCHAR', published_at: 'TIMESTAMP', source_address: 'VARCHAR', source: 'VARCHAR', features: 'JSON'}) ${order}`)
    expect(fromLines).toEqual(expected)
    const fromCsv = await askDuckDb(`SELECT ${wanted.replace('len(features)', 'len(json_keys(features::JSON))').replace('published_at', 'published_at::TIMESTAMP')} FROM read_csv('${csv?.folder}/data/*.csv', all_varchar = false) ${order}`)
    expect(fromCsv).toEqual(expected)
    const objects = (await Promise.all(['train', 'validation', 'test'].map(async (split) => parquetReadObjects({ file: await asyncBufferFromFile(join(parquet?.folder as string, `data/${split}.parquet`)) })))).flat()
    const lines = ['train', 'validation', 'test'].flatMap((split) => linesOf(join(jsonl?.folder as string, `data/${split}.jsonl`)))
    expect(objects.map(({ anomaly_id, features }) => [anomaly_id, features])).toEqual(lines.map(({ anomaly_id, features }) => [anomaly_id, features]))
  })

  test('is split by time, with a gap after each boundary that the manifest counts', async () => {
    const { folder, manifest } = await make()
    expect(manifest.splits).toMatchObject({ by: 'published_at', rows: { train: 84, validation: 15, test: 15 }, embargoed: 6 })
    const spans = await Promise.all(['train', 'validation', 'test'].map(async (split) => (await askDuckDb(`SELECT epoch_ms(min(published_at)) AS first, epoch_ms(max(published_at)) AS last FROM '${folder}/data/${split}.parquet'`))[0]))
    const [train, validation, tests] = spans.map((span) => ({ first: Number(span?.first), last: Number(span?.last) })) as [Span, Span, Span]
    expect(validation.first - train.last).toBeGreaterThan(3 * MINUTE_MS)
    expect(tests.first - validation.last).toBeGreaterThan(3 * MINUTE_MS)
    expect(validation.first).toBe(Date.parse(manifest.splits.validationFrom as string) + 3 * MINUTE_MS)
  })

  test('has labels from verdicts alone: what was refused and not judged has none, and its code is in a column of its own', async () => {
    const { folder, manifest } = await make()
    const groups = await askDuckDb(`SELECT outcome, reason_code, label, count(*)::INT AS rows FROM '${folder}/data/*.parquet' GROUP BY ALL ORDER BY ALL`)
    expect(groups.filter(({ outcome }) => outcome === 'REJECTED')).toEqual([{ outcome: 'REJECTED', reason_code: 'INVALID_SIGNATURE', label: null, rows: 10 }])
    expect(groups.filter(({ outcome }) => outcome === 'COMMITTED').every(({ reason_code }) => reason_code === null)).toBe(true)
    const { true_positive, benign, false_positive, none } = manifest.labels
    expect(true_positive + benign + none).toBe(ROWS - 6)
    expect(false_positive).toBe(0)
  })

  test('of labelled rows alone has no others, and splits them by their own shares', async () => {
    const { folder, manifest } = await make({ labelled: true, split: { percent: [50, 25, 25], embargoMs: 0 } })
    const [figures] = await askDuckDb(`SELECT count(*)::INT AS rows, count(label)::INT AS labelled FROM '${folder}/data/*.parquet'`)
    const { true_positive, benign, none } = manifest.labels
    expect(figures).toEqual({ rows: true_positive + benign, labelled: true_positive + benign })
    expect(none).toBe(0)
    const { train, validation, test: tests } = manifest.splits.rows
    expect(Math.abs(train - (validation + tests))).toBeLessThanOrEqual(1)
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(' --labelled')
  })

  test('proves of every row that its publication is in the tree of the manifest', async () => {
    const { folder, manifest } = await make()
    const proofs = linesOf(join(folder, 'proofs.jsonl')) as { anomaly_id: string; index: number; leaf: string; path: string[] }[]
    expect(proofs.length).toBe(ROWS - 6)
    for (const { anomaly_id, index, leaf, path } of proofs) {
      const [entry] = await entriesOf(log).readEntries({ from: asPosition(index), limit: 1 })
      expect(Buffer.from(entry?.bytes ?? []).toString()).toContain(anomaly_id)
      expect(Buffer.from(auditLeafOf(index, entry?.bytes as Uint8Array)).toString('hex')).toBe(leaf)
      expect(verifyInclusion({ leaf: hexToBytes(leaf), index: BigInt(index), size: BigInt(until), root: hexToBytes(manifest.audit.root), proof: path.map(hexToBytes) })).toEqual({ ok: true })
    }
  })

  test.each(['parquet', 'jsonl', 'csv'] as const)('in %s names no address of the traffic, unless it was told to', async (format) => {
    const { folder } = await make({ format, addresses: { kind: 'drop' } })
    const anonymised = await make({ format })
    const text = (of: string): string => readdirSync(join(of, 'data')).map((name) => readFileSync(join(of, 'data', name), 'latin1')).join('\n')
    for (const address of [TARGET, ADDRESS(0), ADDRESS(5), ADDRESS(7)]) {
      expect(text(folder)).not.toContain(address)
      expect(text(anonymised.folder)).not.toContain(address)
    }
    if (format === 'parquet') return
    expect(text(anonymised.folder)).toContain(map(TARGET))
    expect(text(anonymised.folder)).toContain(`sensor at ${map(ADDRESS(5))}`)
    expect(text(folder)).toContain('sensor at [address]')
    expect(text((await make({ format, addresses: { kind: 'keep' } })).folder)).toContain(`sensor at ${ADDRESS(5)}`)
  })

  test('has a card that tells its figures, and a picture of each model', async () => {
    const { folder, manifest } = await make()
    const card = readFileSync(join(folder, 'README.md'), 'utf8')
    for (const figure of [manifest.audit.root, String(manifest.splits.embargoed), String(manifest.labels.none), `--position ${until}`]) expect(card).toContain(figure)
    const plots = readdirSync(join(folder, 'plots'))
    expect(plots.length).toBe(1)
    expect(readFileSync(join(folder, 'plots', plots[0] as string), 'utf8')).toMatch(/^<svg [\s\S]+ECE 0\.\d{4}, Brier 0\.\d{4}[\s\S]+<\/svg>\n$/)
  })

  test('of an empty log is an empty data set that opens', async () => {
    const { folder, manifest } = await make({ until: 0 })
    expect(manifest.splits.rows).toEqual({ train: 0, validation: 0, test: 0 })
    expect(await askDuckDb(`SELECT count(*)::INT AS rows FROM '${folder}/data/*.parquet'`)).toEqual([{ rows: 0 }])
  })
})

type Span = { readonly first: number; readonly last: number }

test('docs/export.md has every column as it is', () => {
  const text = readFileSync(packageFile('docs/export.md'), 'utf8')
  const rows = COLUMNS.map(describeColumn).map(({ name, duckdb, required, meaning }) => `| \`${name}\` | ${duckdb} | ${required ? 'no' : 'yes'} | ${meaning} |`)
  expect(text).toContain(`${rows.join('\n')}\n`)
})
