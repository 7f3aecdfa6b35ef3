import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OPERATOR_STREAM, openEmbeddedLog } from '../../eventlog/index.js'
import { packageFile } from '../../platform/package-root.js'
import { cybermesh, startUp, temporaryFolder, until, type Up } from '../support/mesh.js'

/** docs/guides/lifecycle.md and rebuild.md, command by command as they stand there, on one mesh that runs. */
describe('the guides to GraphQL', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'demo')
  let up: Up

  /** The commands of a guide in their order, as arguments; what `values` names stands in the place of its word. */
  const commandsOf = (guide: string, program: 'npx cybermesh' | 'curl'): string[][] =>
    [...readFileSync(packageFile('docs', 'guides', guide), 'utf8').matchAll(new RegExp(`^${program} (.*)$`, 'gm'))]
      .map(([, line]) => [...(line as string).matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? (word as string)).map((word) => (word === 'demo' ? data : word)))
  const run = (words: readonly string[], values: Record<string, string> = {}): Record<string, unknown> => {
    const args = words.map((word) => Object.entries(values).reduce((text, [name, value]) => text.replace(name, value), word))
    const { code, stdout, stderr } = cybermesh(...args)
    expect({ args, code, stderr, stdout: code === 0 ? '' : stdout }).toMatchObject({ code: 0 })
    return words[0] === 'query' ? (JSON.parse(stdout) as { data: Record<string, unknown> }).data : {}
  }

  beforeAll(async () => {
    mkdirSync(folder.path, { recursive: true })
    const [[, ...words]] = commandsOf('lifecycle.md', 'npx cybermesh') as [string[]]
    up = startUp(data, ...words.filter((word, i) => word !== '--data' && words[i - 1] !== '--data'))
    await up.ready()
  }, 150_000)
  afterAll(async () => {
    await up.killEverything()
    folder.remove()
  })

  test('a detection is found, and its life, its block and its proof are shown', async () => {
    const [, find, life, block, proof] = commandsOf('lifecycle.md', 'npx cybermesh') as [string[], string[], string[], string[], string[]]
    let nodes: { id: string }[] = []
    await until('something is committed', () => {
      nodes = (run(find)['anomalies'] as { nodes: { id: string }[] }).nodes
      return nodes.length > 0
    }, 90_000)
    const ANOMALY = (nodes.at(-1) as { id: string }).id
    const { anomaly } = run(life, { ANOMALY }) as { anomaly: { lifecycle: { state: string; signers: unknown[] }[]; durations: { totalMs: number } } }
    const steps = new Map(anomaly.lifecycle.map(({ state, signers }) => [state, signers.length]))
    expect([steps.get('PUBLISHED'), steps.has('COMMITTED')]).toEqual([0, true])
    expect(steps.get('COMMITTED')).toBeGreaterThanOrEqual(4)
    expect(anomaly.durations.totalMs).toBeGreaterThan(0)
    expect(run(block, { ANOMALY })).toMatchObject({ anomaly: { block: { signers: expect.any(Array) as unknown[], proposer: { name: expect.any(String) as string } } } })
    await until('a checkpoint covers it', () => (run(proof, { ANOMALY })['anomaly'] as { proof: unknown }).proof !== null, 60_000)
  }, 300_000)

  test('what comes is followed', () => {
    const [words] = commandsOf('lifecycle.md', 'curl') as [string[]]
    const { stdout } = spawnSync('curl', [...words.map((word) => word.replace('http://127.0.0.1:9441', up.running().api)), '--max-time', '8'], { encoding: 'utf8' })
    expect(stdout).toMatch(/^id: \d+\nevent: next\ndata: \{"data":\{"lifecycle":\{"position":\d+,"anomalyId":"[0-9a-f-]{36}"/m)
  })

  test('a read model is rebuilt beside the live one, gone back from, and all of them are rebuilt', async () => {
    const [, look, rebuild, follow, back, all] = commandsOf('rebuild.md', 'npx cybermesh') as [string[], string[], string[], string[], string[], string[]]
    expect(run(look)).toMatchObject({ projections: expect.arrayContaining([expect.objectContaining({ name: 'blocks' })]) as unknown, deadLetters: [] })
    for (const [words, field] of [[rebuild, 'rebuild'], [back, 'rollBack']] as const) {
      const JOB = (run(words)[field] as { id: string }).id
      let job: Record<string, unknown> = {}
      await until(`${field} has ended`, () => {
        job = run(follow, { JOB })['job'] as Record<string, unknown>
        return job['state'] !== 'RUNNING'
      }, 90_000)
      expect(job).toMatchObject({ projection: 'blocks', state: 'SUCCEEDED', code: 'EQUAL', differences: 0, error: null })
    }
    run(all)
    const log = await openEmbeddedLog(join(data, 'eventlog'), { create: false })
    const recorded: string[] = []
    for await (const { event } of log.readStream(OPERATOR_STREAM)) if (event.type === 'OperatorActionRecorded') recorded.push(`${event.data.action} ${event.data.reason}`)
    await log.close()
    expect(recorded).toEqual(expect.arrayContaining(['rebuild.start a first look', 'rebuild.end ', 'rollback.start to see how', 'rollback.end ']))
  }, 400_000)
})
