/** `cybermesh rebuild NAME... | --all [--rollback]`: builds read models again from the event log beside the live ones, or goes back to those before. */
import type { Command } from 'commander'
import type { Projection, RebuildResult } from '../../projections/index.js'
import { withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { withActor, type ActorFlag } from '../shared/operator-actions.js'
import type { CancellableModels } from '../shared/folder-models.js'
import type { Progress } from '../shared/progress.js'
import { sentenceOf, UserError } from '../shared/user-error.js'

type Flags = DataFlag & JsonFlag & ActorFlag & { readonly all?: boolean; readonly rollback?: boolean; readonly parallel: string }

export type RebuildFailure = { readonly name: string; readonly error: string }
export type RebuildReport = { readonly projections: readonly RebuildResult[]; readonly failed: readonly RebuildFailure[] }

export function registerRebuild(program: Command): void {
  withActor(withJson(withData(program.command('rebuild').description('build read models again beside the live ones, compare, and switch in one step'))))
    .argument('[name...]', 'read models, such as blocks, timelines or audit; `cybermesh status` names them')
    .option('--all', 'all of them')
    .option('--rollback', 'go back to the version before the last rebuild instead, brought to the live position first')
    .option('--parallel <n>', 'how many at a time', '2')
    .addHelpText('after', '\nCtrl-C cancels: what is live stays as it was. The exit code is 0 where every live version had exactly what its events say.')
    .action(async (names: readonly string[], flags: Flags) => {
      const [{ createProgress }, { renderRebuilds }] = await Promise.all([import('../shared/progress.js'), import('../shared/render-rebuilds.js')])
      const report = await rebuild(names, flags, createProgress())
      process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : `${renderRebuilds(report.projections)}\n`)
      for (const { name, error } of report.failed) process.stderr.write(`cybermesh: ${name}: ${error}\n`)
      // Another version is meant to differ, and who goes back knows why.
      const isWrong = ({ equal, replaced, version }: RebuildResult): boolean => !equal && replaced === version && flags.rollback !== true
      if (report.failed.length > 0 || report.projections.some(isWrong)) process.exitCode = 1
    })
}

async function rebuild(names: readonly string[], flags: Flags, progress: Progress): Promise<RebuildReport> {
  const parallel = Number(flags.parallel)
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 16) throw new UserError('BAD_OPTION', `--parallel must be a whole number from 1 to 16, got ${flags.parallel}`)
  const [{ openExisting }, { withFolderModels }, { recordingResult, recordOperatorAction }] = await Promise.all([
    import('../data-folder/open.js'), import('../shared/folder-models.js'), import('../shared/operator-actions.js')])
  const data = openExisting(flags.data)
  const resource = flags.all === true ? 'all read models' : names.join(', ') || 'no read model'
  const action = flags.rollback === true ? 'rebuild.rollback' : 'rebuild'
  await recordOperatorAction(data, flags, { action: `${action}.begin`, resource, result: 'success' })
  return recordingResult(data, flags, { action, resource },
    () => withFolderModels(data, progress, (models) => rebuildAll(names, flags, parallel, models, progress)), tellReport)
}

/** What the audit trail has of a rebuild: how many events each read model was built of, and whether it was equal. */
const tellReport = ({ projections, failed }: RebuildReport) => ({
  result: failed.length === 0 ? 'success' as const : 'failure' as const,
  reason: failed.map(({ name, error }) => `${name}: ${error}`).join('; '),
  fields: Object.fromEntries(projections.map(({ name, events, equal, version }) => [name, `${events} events, version ${version}, ${equal ? 'equal' : 'not equal'}`])),
})

async function rebuildAll(names: readonly string[], flags: Flags, parallel: number, { log, sql, timelines, signal }: CancellableModels, progress: Progress): Promise<RebuildReport> {
  const [{ createProjections, rebuildProjection, rollBackProjection }, { inParallel }, { createRebuildProgress }] = await Promise.all([
    import('../../projections/index.js'), import('../shared/in-parallel.js'), import('../shared/rebuild-progress.js')])
  const chosen = chooseProjections(createProjections({ sql, timelines }), names, flags.all === true)
  const told = createRebuildProgress(progress)
  const work = flags.rollback === true ? rollBackProjection : rebuildProjection
  const outcomes = await inParallel(chosen, parallel, (projection) =>
    work({ log, projection, signal, onProgress: told.saw }).finally(() => told.ended(projection.name)))
  const failed = outcomes.flatMap((outcome, i) =>
    (outcome.status === 'rejected' ? [{ name: chosen[i]?.name ?? '', error: signal.aborted ? 'cancelled; the live version is as it was' : sentenceOf(outcome.reason) }] : []))
  return { projections: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])), failed }
}

export function chooseProjections(projections: readonly Projection[], names: readonly string[], all: boolean): readonly Projection[] {
  const known = projections.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new UserError('BAD_OPTION', `${unknown} is not a read model; choose from ${known.join(', ')}, or --all`)
  if (all === (names.length > 0)) throw new UserError('BAD_OPTION', `name the read models to build again (${known.join(', ')}), or say --all`)
  return all ? projections : projections.filter(({ name }) => names.includes(name))
}
