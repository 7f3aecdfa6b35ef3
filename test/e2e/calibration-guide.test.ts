import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExportReport } from '../../cli/export/run-export.js'
import type { EventData } from '../../domain/events/schema.js'
import { openEmbeddedLog, OPERATOR_STREAM } from '../../eventlog/index.js'
import { packageFile } from '../../platform/package-root.js'
import { askDuckDb } from '../../projections/dataset/testing/duckdb.js'
import { cybermesh, startUp, temporaryFolder, until, type Up } from '../support/mesh.js'

/** docs/guides/calibration.md, command by command as it stands there, on a mesh that runs and on the folder it leaves. */
describe('the guide to calibration', () => {
  const folder = temporaryFolder()
  const at = (name: string): string => join(folder.path, name)
  const guide = readFileSync(packageFile('docs/guides/calibration.md'), 'utf8')
  let up: Up
  const judged = new Map<string, string>()

  /** The commands of the guide that begin so, as arguments; its folders lie in the test's. */
  const commands = (start: string): string[][] => [...guide.matchAll(new RegExp(`^npx cybermesh (${start} .*)$`, 'gm'))]
    .map(([, line]) => [...(line as string).matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? (word as string)).map((word) => word.replace(/^(demo|calibration(?=$|\/)|again)/, (name) => at(name))))
    .map((words) => (words[0] === 'export' ? ['export', 'calibration', ...words.slice(2)] : words))
  const run = (args: readonly string[]): string => {
    const { code, stdout, stderr } = cybermesh(...args)
    expect({ args, code, stderr }).toMatchObject({ code: 0 })
    return stdout
  }
  const actions = async (): Promise<readonly EventData<'OperatorActionRecorded'>[]> => {
    const log = await openEmbeddedLog(join(at('demo'), 'eventlog'), { create: false })
    const found: EventData<'OperatorActionRecorded'>[] = []
    for await (const { event } of log.readStream(OPERATOR_STREAM)) if (event.type === 'OperatorActionRecorded') found.push(event.data)
    await log.close()
    return found
  }

  beforeAll(async () => {
    mkdirSync(folder.path, { recursive: true })
    const [words] = commands('up') as [string[]]
    up = startUp(at('demo'), ...words.slice(1).filter((word, i, all) => word !== '--data' && all[i - 1] !== '--data'))
    await up.ready()
  }, 120_000)
  afterAll(() => {
    up.child.kill('SIGKILL')
    folder.remove()
  })

  test('lists detections, takes verdicts on a dozen of them, and exports beside the mesh that runs', async () => {
    const [query] = commands('query') as [string[]]
    const [attack, harmless] = commands('verdict') as [string[], string[]]
    let ids: string[] = []
    await until('a dozen detections are committed', () => {
      ids = (JSON.parse(run(query)) as { data: { anomalies: { nodes: { id: string }[] } } }).data.anomalies.nodes.map(({ id }) => id)
      return ids.length >= 12
    }, 90_000)
    for (const [i, id] of ids.slice(0, 12).entries()) {
      const words = i % 2 === 0 ? attack : harmless
      run(words.map((word) => (word === 'ANOMALY' ? id : word)))
      judged.set(id, i % 2 === 0 ? 'true_positive' : 'benign')
    }
    const [first] = commands('export') as [string[]]
    const report = JSON.parse(run([...first, '--json'])) as ExportReport
    expect(report.manifest.labels).toEqual({ true_positive: 6, false_positive: 0, benign: 6, none: 0 })
    expect(existsSync(join(at('calibration'), 'plots'))).toBe(true)
    expect((await actions()).at(-1)).toMatchObject({ action: 'export.calibration', result: 'success', fields: { manifestSha256: report.manifestSha256, position: String(report.manifest.logPosition) } })
    const api = (JSON.parse(readFileSync(join(at('demo'), 'run', 'up.json'), 'utf8')) as { api: string }).api
    const stranger = await fetch(`${api}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer guessed', connection: 'close' }, body: '{"query":"{ counts { published } }"}' })
    expect(stranger.status).toBe(401)
    await until('the login that failed is in the log', async () => (await actions()).at(-1)?.action === 'login', 30_000)
    expect((await actions()).at(-1)).toMatchObject({ actor: 'unknown', resource: 'api', result: 'failure', reason: 'WRONG_KEY', fields: { count: '1' } })
    await up.interrupt()
  })

  test('its question to DuckDB has an answer, and the labels are the verdicts', async () => {
    const question = /```sql\n([\s\S]+?)```/.exec(guide)?.[1] as string
    const groups = await askDuckDb(question.replaceAll('calibration/data', `${at('calibration')}/data`))
    expect(groups.reduce((sum, { rows }) => sum + Number(rows), 0)).toBe(12)
    const rows = await askDuckDb(`SELECT anomaly_id, label FROM '${at('calibration')}/data/*.parquet'`)
    expect(new Map(rows.map(({ anomaly_id, label }) => [anomaly_id, label]))).toEqual(judged)
  })

  test('the same position of the stopped folder is the same data set', async () => {
    const [, again] = commands('export') as [string[], string[]]
    const manifest = readFileSync(join(at('calibration'), 'manifest.json'), 'utf8')
    const { logPosition } = JSON.parse(manifest) as { logPosition: number }
    run(again.map((word) => (word === 'POSITION' ? String(logPosition) : word)))
    expect(readFileSync(join(at('again'), 'manifest.json'), 'utf8')).toBe(manifest)
  })

  test('what operators did on both is in the log', async () => {
    run(['rebuild', 'audit', '--data', at('demo'), '--actor', 'alice'])
    run(['keys', 'new', '--out', join(at('demo'), 'keys', 'new.key.json'), '--actor', 'alice'])
    const done = await actions()
    expect(done.map(({ action }) => action)).toEqual(['recorder.start', 'configuration', 'export.calibration', 'login', 'export.calibration', 'rebuild.begin', 'rebuild', 'keys.new'])
    expect(done[0]?.fields).toMatchObject({ publicKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string, configuration: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
    expect(Object.keys(done[1]?.fields ?? {})).toEqual(expect.arrayContaining(['validator-0', 'recorder', 'projector', 'api', 'detector']))
    expect(done.slice(5).map(({ actor }) => actor)).toEqual(['alice', 'alice', 'alice'])
  })
})
