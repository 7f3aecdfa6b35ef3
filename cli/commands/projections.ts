/** `cybermesh projections dead-letters | redrive`: events that a read model could not apply, and applying them after a fix. */
import type { Command } from 'commander'
import type { DeadLetter, Projection, RedriveResult } from '../../projections/index.js'
import { asPosition } from '../../domain/ids.js'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { withActor, type ActorFlag } from '../shared/operator-actions.js'
import type { CancellableModels } from '../shared/folder-models.js'
import type { DeadLetterLine } from '../shared/render-dead-letters.js'
import { UserError } from '../shared/user-error.js'

type Flags = DataFlag & JsonFlag

export function registerProjections(program: Command): void {
  const command = program.command('projections').description('events that read models could not apply: what they are, and trying again after a fix')
  withJson(withData(command.command('dead-letters').description('position, event, error, attempts and times of each')))
    .argument('[name]', 'one read model')
    .action(async (name: string | undefined, flags: Flags) => {
      const deadLetters = await withModels(flags, async (projections) => (await Promise.all(projections.filter((one) => name === undefined || one.name === name)
        .map(async (projection) => (await projection.deadLetters()).map((letter) => lineOf(projection, letter))))).flat(), name)
      const { renderDeadLetters } = await import('../shared/render-dead-letters.js')
      answer(flags, { deadLetters }, renderDeadLetters)
    })
  withActor(withJson(withData(command.command('redrive').description('build a read model again with its dead letters, which must not fail this time, and switch'))))
    .argument('<name>', 'the read model')
    .argument('[position...]', 'dead letters at these positions; all of them where none is named')
    .addHelpText('after', '\nThe order of events decides what a read model says, so a dead letter is not applied late but in its place, by a rebuild.')
    .action(async (name: string, words: readonly string[], flags: Flags & ActorFlag) => {
      const positions = words.map(parsePosition)
      const [{ redriveDeadLetters }, { openExisting }, { recordingResult }] = await Promise.all([import('../../projections/index.js'), import('../data-folder/open.js'), import('../shared/operator-actions.js')])
      const result = await recordingResult(openExisting(flags.data), flags, { action: 'projections.redrive', resource: name, fields: { positions: positions.join(', ') || 'all' } }, () => withModels(flags, (projections, { log, signal }) => redriveDeadLetters({
        log, projection: projections.find((one) => one.name === name) as Projection, signal, ...(positions.length === 0 ? {} : { positions }),
      }), name), tellRedrive)
      answer(flags, result ?? { name, redriven: [], left: [] }, (value) => renderRedrive(name, value))
    })
}

async function withModels<T>(flags: Flags, work: (projections: readonly Projection[], models: CancellableModels) => Promise<T>, name: string | undefined): Promise<T> {
  const [{ openExisting }, { withFolderModels }, { createProgress }, { createProjections }] = await Promise.all([
    import('../data-folder/open.js'), import('../shared/folder-models.js'), import('../shared/progress.js'), import('../../projections/index.js')])
  return withFolderModels(openExisting(flags.data), createProgress(), (models) => {
    const projections = createProjections(models)
    const known = projections.map((one) => one.name)
    if (name !== undefined && !known.includes(name)) throw new UserError('BAD_OPTION', `${name} is not a read model; choose from ${known.join(', ')}`)
    return work(projections, models)
  })
}

const tellRedrive = (result: RedriveResult | undefined) => ({ fields: { redriven: String(result?.redriven.length ?? 0), left: String(result?.left.length ?? 0) } })

const timeOf = (millis: number | undefined): string | null => (millis === undefined ? null : new Date(millis).toISOString())

const lineOf = ({ name }: Projection, { position, eventId, eventType, error, attempts, firstAt, lastAt }: DeadLetter): DeadLetterLine =>
  ({ projection: name, position, eventId: eventId ?? null, eventType: eventType ?? null, error, attempts: attempts ?? null, firstAt: timeOf(firstAt), lastAt: timeOf(lastAt) })

function parsePosition(word: string) {
  const position = Number(word)
  if (!Number.isSafeInteger(position) || position < 0) throw new UserError('BAD_OPTION', `a position is a whole number from 0, got ${word}; \`cybermesh projections dead-letters\` lists them`)
  return asPosition(position)
}

function renderRedrive(name: string, { redriven, left }: Pick<RedriveResult, 'redriven' | 'left'>): string {
  if (redriven.length === 0) return `${name} has no dead letters`
  return `${name}: ${redriven.length} applied in their place (${redriven.join(', ')}), ${left.length === 0 ? 'none left' : `left: ${left.join(', ')}`}`
}
