import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatCheckpoint } from '../../audit/notes/checkpoint.js'
import { hexToBytes } from '../../domain/bytes.js'
import { datasetEvents } from '../../projections/dataset/testing/dataset-log.js'
import { askDuckDb } from '../../projections/dataset/testing/duckdb.js'
import { appendSample } from '../../projections/testing/sample-log.js'
import { openOrCreate, type DataFolder } from '../data-folder/open.js'
import { openFolderLog } from '../shared/folder-log.js'
import { SILENT } from '../shared/progress.js'
import { parseOptions, type ExportFlags } from './options.js'
import { renderExport } from './render.js'
import { runExport, type ExportReport } from './run-export.js'

const base = mkdtempSync(join(tmpdir(), 'cybermesh-export-'))
const FLAGS: ExportFlags = { data: join(base, 'mesh'), out: join(base, 'out'), format: 'parquet', split: '70/15/15', embargo: '5m', addresses: 'anonymise' }
let data: DataFolder
let count = 0
beforeAll(async () => {
  data = openOrCreate(FLAGS.data, { validators: 4, detectors: 1 })
  const log = await openFolderLog(data.layout, { chainId: data.genesis.chainId })
  await appendSample(log, datasetEvents(100))
  await log.close()
})
afterAll(() => rmSync(base, { recursive: true }))

async function run(changes: Partial<ExportFlags> = {}, beforePlacing: (report: ExportReport) => Promise<void> = () => Promise.resolve(), signal = new AbortController().signal): Promise<ExportReport> {
  return runExport(data, parseOptions({ ...FLAGS, out: join(base, `out-${count++}`), ...changes }), SILENT, signal, beforePlacing)
}

describe('export calibration', () => {
  test('makes a data set that DuckDB opens, from the log of a stopped folder', async () => {
    const report = await run({ proofs: true, plot: true })
    const [found] = await askDuckDb(`SELECT count(*)::INT AS rows FROM '${report.out}/data/train.parquet'`)
    expect(found).toEqual({ rows: report.manifest.splits.rows.train })
    expect(statSync(data.layout.anonymiseKey).mode & 0o777).toBe(0o600)
    expect(renderExport(report)).toContain(report.manifestSha256)
  })

  test('of one position is the same, whatever the log has gained', async () => {
    const before = await run()
    const log = await openFolderLog(data.layout, { chainId: data.genesis.chainId, create: false })
    await appendSample(log, datasetEvents(130).filter((event) => 'anomalyId' in event.data).slice(-20), 50_000)
    await log.close()
    const after = await run({ position: String(before.manifest.logPosition) })
    expect(after.manifestSha256).toBe(before.manifestSha256)
    expect((await run()).manifest.logPosition).toBe(before.manifest.logPosition + 20)
  })

  test('refuses a folder that holds something, and leaves it as it is', async () => {
    const out = join(base, 'full')
    mkdirSync(out)
    writeFileSync(join(out, 'mine'), 'x')
    await expect(run({ out })).rejects.toMatchObject({ code: 'NOT_EMPTY' })
    expect(readdirSync(out)).toEqual(['mine'])
    await expect(run({ out: join(out, 'mine') })).rejects.toMatchObject({ code: 'NOT_EMPTY' })
  })

  test('that fails or is cancelled leaves nothing behind', async () => {
    const before = readdirSync(base)
    await expect(run({}, () => Promise.reject(new Error('not recorded')))).rejects.toThrow('not recorded')
    await expect(run({}, undefined, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled')
    expect(readdirSync(base)).toEqual(before)
  })

  test('puts a checkpoint beside it that covers it, and refuses one that contradicts the log', async () => {
    const folder = join(data.layout.recorder, 'audit')
    mkdirSync(folder, { recursive: true })
    const { manifest } = await run()
    const note = (size: number, root: string): void =>
      writeFileSync(join(folder, 'checkpoint'), `${formatCheckpoint({ origin: `cybermesh/${data.genesis.chainId}`, size: BigInt(size), root: hexToBytes(root) })}\n— somebody AAAA\n`)
    note(manifest.logPosition, manifest.audit.root)
    const covered = await run()
    expect(covered.checkpoint).toEqual({ file: 'checkpoint', size: manifest.logPosition })
    expect(readFileSync(join(covered.out, 'checkpoint'))).toEqual(readFileSync(join(folder, 'checkpoint')))
    note(manifest.logPosition - 1, manifest.audit.root)
    expect((await run()).checkpoint).toBeNull()
    note(manifest.logPosition, '00'.repeat(32))
    const out = join(base, 'contradicted')
    await expect(run({ out })).rejects.toMatchObject({ code: 'AUDIT_MISMATCH' })
    expect(existsSync(out)).toBe(false)
    rmSync(folder, { recursive: true })
  })

  test.each([
    ['--format', { format: 'xml' }], ['--position', { position: '-1' }], ['--split', { split: '50/50' }], ['--embargo', { embargo: 'soon' }], ['--addresses', { addresses: 'hash' }],
    ['--anonymise-key', { addresses: 'drop', anonymiseKey: 'x' }], ['--position 1000000', { position: '1000000' }],
  ])('names the option that is wrong: %s', async (option, change) => {
    await expect(run(change)).rejects.toThrow(option)
  })

  test('refuses a key that is not there rather than make one by another name', async () => {
    await expect(run({ anonymiseKey: join(base, 'nowhere') })).rejects.toMatchObject({ code: 'KEY_FILE', fault: 'missing' })
  })
})
