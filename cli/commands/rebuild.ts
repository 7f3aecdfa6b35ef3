/** `cybermesh rebuild NAME... | --all`: builds read models again from the event log, beside the live ones. */
import Table from 'cli-table3'
import type { Command } from 'commander'
import type { Projection, RebuildResult } from '../../projections/index.js'
import type { DataFolder } from '../data-folder/open.js'
import { withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import type { Progress } from '../shared/progress.js'
import type { ReadModels } from '../shared/stopped-folder.js'
import { UserError } from '../shared/user-error.js'

type Flags = DataFlag & JsonFlag & { readonly all?: boolean }

export function registerRebuild(program: Command): void {
  withJson(withData(program.command('rebuild').description('build read models again beside the live ones, compare, and switch in one step')))
    .argument('[name...]', 'read models: blocks, timelines, audit')
    .option('--all', 'all of them')
    .action(async (names: readonly string[], flags: Flags) => {
      const { createProgress } = await import('../shared/progress.js')
      const projections = await rebuild(names, flags, createProgress())
      process.stdout.write(flags.json === true ? `${JSON.stringify({ projections })}\n` : `${render(projections)}\n`)
      if (projections.some(({ equal }) => !equal)) process.exitCode = 1
    })
}

async function rebuild(names: readonly string[], flags: Flags, progress: Progress): Promise<readonly RebuildResult[]> {
  const [{ openExisting }, { readFolderState }, { withReadModels }] = await Promise.all([
    import('../data-folder/open.js'), import('../shared/running.js'), import('../shared/stopped-folder.js')])
  const data = openExisting(flags.data)
  const work = (models: ReadModels) => rebuildAll(names, flags.all === true, models, progress)
  const state = await readFolderState(data.layout)
  return state.kind === 'running' ? withRunningModels(data, work) : withReadModels(data, progress, work)
}

/** The projector goes on with the live versions meanwhile. */
async function withRunningModels<T>({ layout }: DataFolder, work: (models: ReadModels) => Promise<T>): Promise<T> {
  const [{ readUrlFile }, { openFolderLog }, { createSqlPool }, { openTimelinesOf }] = await Promise.all([
    import('../roles/engines.js'), import('../shared/folder-log.js'), import('../../projections/index.js'), import('../shared/folder-timelines.js')])
  const log = await openFolderLog(layout, { create: false })
  const sql = createSqlPool({ url: readUrlFile(layout.sqlUrl) })
  const timelines = await openTimelinesOf(layout)
  try {
    return await work({ log, sql, timelines })
  } finally {
    await timelines.close()
    await sql.end()
    await log.close()
  }
}

async function rebuildAll(names: readonly string[], all: boolean, { log, sql, timelines }: ReadModels, progress: Progress): Promise<readonly RebuildResult[]> {
  const { createProjections, rebuildProjection } = await import('../../projections/index.js')
  const results: RebuildResult[] = []
  for (const projection of choose(createProjections({ sql, timelines }), names, all)) {
    const startedAt = performance.now()
    results.push(await rebuildProjection({
      log, projection, signal: new AbortController().signal,
      onProgress: ({ name, position, lagEvents }) => progress.show(`${name}: ${position} of ${position + lagEvents} events${timeLeft(position, lagEvents, startedAt)}`),
    }))
  }
  return results
}

function choose(projections: readonly Projection[], names: readonly string[], all: boolean): readonly Projection[] {
  const known = projections.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new UserError('BAD_OPTION', `${unknown} is not a read model; choose from ${known.join(', ')}, or --all`)
  if (all === (names.length > 0)) throw new UserError('BAD_OPTION', `name the read models to build again (${known.join(', ')}), or say --all`)
  return all ? projections : projections.filter(({ name }) => names.includes(name))
}

function timeLeft(done: number, left: number, startedAt: number): string {
  if (done === 0) return ''
  return `, ${Math.ceil(((performance.now() - startedAt) / 1000 / done) * left)} s left`
}

function render(results: readonly RebuildResult[]): string {
  const table = new Table({ head: ['read model', 'events', 'seconds', 'equal to the live one'], style: { head: [], border: [] } })
  for (const { name, events, seconds, equal } of results) table.push([name, events, seconds.toFixed(2), equal ? 'yes' : 'NO: the live one was wrong and has been replaced'])
  return table.toString()
}
