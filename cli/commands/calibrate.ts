/** `cybermesh calibrate fit | report`: what scores are worth, as analysts' verdicts teach it. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import type { Proposed } from '../policy/propose.js'
import { withActor, type ActorFlag } from '../shared/operator-actions.js'
import { UserError } from '../shared/user-error.js'
import { AUTHORITY_KEY, layoutOf } from '../data-folder/layout.js'

type FitFlags = DataFlag & JsonFlag & ActorFlag & { readonly golden?: string; readonly recallFloor: string; readonly precision: string; readonly propose?: boolean; readonly key?: string; readonly effectiveHeight: string; readonly wait: string }

export function registerCalibrate(program: Command): void {
  const command = program.command('calibrate').description('what scores of detections are worth, as verdicts teach it')
  withActor(withJson(withData(command.command('fit').description('find a calibration and a threshold, behind guards; --propose makes them policies'))))
    .option('--golden <file>', 'JSON list of {"score", "isAttack"}: known detections that must stay above the threshold')
    .option('--recall-floor <share>', 'least share of golden attacks that is still published', '0.95')
    .option('--precision <share>', 'what precision the threshold strives for', '0.9')
    .option('--propose', 'sign the result as policies and send it')
    .option('--key <file>', 'key file of a policy authority (default: the one of the data folder)')
    .option('--effective-height <height>', 'from which block on detectors use it; +N: N above the next one; +Ns: above it by what the chain makes in N seconds', '+10s')
    .option('--wait <seconds>', 'how long to wait for a block that carries it', '30')
    .addHelpText('after', '\nThe exit code is 0 whether something changes or not; --json says why not under "because".\nStop all changes: cybermesh policy propose --rule feature_flag --action disable --params \'{"flag":"calibration"}\'')
    .action(fit)
  withJson(withData(command.command('report').description('how well confidences were what they said: bins with intervals, Brier score, calibration error; how the threshold changed, and what drifts')))
    .option('--svg <file>', 'draws the reliability diagram and the history of the threshold')
    .action(report)
}

async function fit(flags: FitFlags): Promise<void> {
  const rules = { recallFloor: shareOf('--recall-floor', flags.recallFloor), wantedPrecision: shareOf('--precision', flags.precision) }
  const [{ openExisting }, { withFolderModels }, { createProgress }, { readStanding }, { readExamples, readGolden }, { calibrate }, { renderOutcome }] = await Promise.all([
    import('../data-folder/open.js'), import('../shared/folder-models.js'), import('../shared/progress.js'), import('../calibrate/read-standing.js'),
    import('../calibrate/read-examples.js'), import('../../detector/calibration/calibrate.js'), import('../calibrate/render.js')])
  const data = openExisting(flags.data)
  const progress = createProgress()
  const golden = flags.golden === undefined ? [] : readGolden(flags.golden)
  const outcome = await withFolderModels(data, progress, async ({ log, sql }) => {
    const { standing, isFrozen } = await readStanding(log, data.genesis)
    const examples = await readExamples(sql, (rows) => progress.show(`${rows} calibration rows read`))
    return calibrate(examples, standing, { ...rules, golden, isFrozen }, Date.now())
  })
  if (flags.propose !== true) return answer(flags, outcome, renderOutcome)
  const [{ recordOperatorAction }, { deedOf }] = await Promise.all([import('../shared/operator-actions.js'), import('../calibrate/tell-outcome.js')])
  await recordOperatorAction(data, flags, deedOf(outcome))
  if (outcome.kind === 'kept') return answer(flags, outcome, renderOutcome)
  const [{ propose }, { renderProposed }, { policiesOf }] = await Promise.all([import('../policy/propose.js'), import('../policy/render.js'), import('../calibrate/policies-of.js')])
  const key = flags.key ?? layoutOf(flags.data).key(AUTHORITY_KEY)
  const proposed: Proposed[] = []
  for (const policy of policiesOf(outcome.standing)) {
    proposed.push(await propose(data, { key, action: 'update', effectiveHeight: flags.effectiveHeight, ...policy }, secondsOf('--wait', flags.wait) * 1000, progress))
  }
  answer(flags, { ...outcome, proposed }, (value) => [renderOutcome(value), ...proposed.map(renderProposed)].join('\n'))
  if (proposed.some(({ outcome: fate }) => fate === 'failed' || fate === 'refused' || fate === 'lapsed')) process.exitCode = 1
}

async function report(flags: DataFlag & JsonFlag & { readonly svg?: string }): Promise<void> {
  const [{ openExisting }, { createProgress }, { reportCalibration }, { renderReport }, { drawReport }, { writeAtomic }] = await Promise.all([
    import('../data-folder/open.js'), import('../shared/progress.js'), import('../calibrate/report.js'), import('../calibrate/render.js'), import('../calibrate/draw-report.js'), import('../shared/write-atomic.js')])
  const found = await reportCalibration(openExisting(flags.data), createProgress())
  if (flags.svg !== undefined) writeAtomic(flags.svg, drawReport(found))
  answer(flags, { ...found, ...(flags.svg === undefined ? {} : { svg: flags.svg }) }, renderReport)
}

function shareOf(option: string, text: string): number {
  const share = Number(text)
  if (!(share >= 0 && share <= 1)) throw new UserError('BAD_OPTION', `${option} takes a share from 0 to 1, got ${text}`)
  return share
}

function secondsOf(option: string, text: string): number {
  const seconds = Number(text)
  if (!Number.isFinite(seconds) || seconds < 0) throw new UserError('BAD_OPTION', `${option} takes seconds, got ${text}`)
  return seconds
}
