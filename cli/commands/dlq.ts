/** `cybermesh dlq list | show | replay`: messages that validators refused, why, and sending them again after a fix. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { withActor, type ActorFlag } from '../shared/operator-actions.js'
import { UserError } from '../shared/user-error.js'
import type { ReplayLine } from '../dlq/run-replay.js'

type Flags = DataFlag & JsonFlag
type ListFlags = Flags & { readonly reason?: string; readonly topic?: string }
type ReplayFlags = Flags & ActorFlag & { readonly reason?: string; readonly anyway?: boolean; readonly wait: string }

export function registerDlq(program: Command): void {
  const command = program.command('dlq').description('messages that validators refused: list them, look at one, send them again')
  withJson(withData(command.command('list').description('place of the original, reason code, time and anomaly of each')))
    .option('--reason <code>', 'only those refused with this code, such as SKEW')
    .option('--topic <name>', 'only those that came from this topic')
    .action(list)
  withJson(withData(command.command('show').description('the message, why it was refused, what became of it and what to do')))
    .argument('<letter>', 'offset in the topic of dead letters')
    .action(show)
  withActor(withJson(withData(command.command('replay').description('send the original bytes to the original topic again, each once'))))
    .argument('[letter...]', 'offsets in the topic of dead letters')
    .option('--reason <code>', 'all that were refused with this code')
    .option('--anyway', 'also what would be refused again')
    .option('--wait <seconds>', 'how long to wait for what becomes of them, where the mesh runs', '30')
    .addHelpText('after', '\nWhat was sent before or is committed is not sent again, also after a replay that was killed.\nWhat no replay can repair is held back: `cybermesh dlq show` says why.')
    .action(replay)
}

async function list(flags: ListFlags): Promise<void> {
  const [{ openExisting }, { withLetters, filterLetters }, { lineOf }, { renderLetters }] = await Promise.all([
    import('../data-folder/open.js'), import('../dlq/open-letters.js'), import('../dlq/describe.js'), import('../dlq/render.js')])
  const found = await withLetters(openExisting(flags.data), ({ letters, copies, unreadable }) => Promise.resolve({
    letters: filterLetters(letters, flags).map(lineOf), copies: copies.size, unreadable: [...unreadable].map(([at, header]) => ({ at, header })),
  }))
  answer(flags, found, renderLetters)
}

async function show(word: string, flags: Flags): Promise<void> {
  const [{ openExisting }, { withLetters, letterNamed }, { createFateReader }, { describeLetter }, { renderLetter }, { findReplays, originText }, { openLogOf }] = await Promise.all([
    import('../data-folder/open.js'), import('../dlq/open-letters.js'), import('../dlq/fates.js'), import('../dlq/describe.js'), import('../dlq/render.js'),
    import('../../ingest/index.js'), import('../shared/stopped-folder.js')])
  const data = openExisting(flags.data)
  const document = await withLetters(data, async (box, transport) => {
    const letter = letterNamed(box, word)
    const at = transport === undefined ? undefined : (await findReplays(transport, [letter])).get(originText(letter.origin))
    const log = await openLogOf(data)
    try {
      const fates = createFateReader(log, data.genesis, [letter.messageHash])
      await fates.readOn()
      return describeLetter(letter, data.genesis, fates.rules(), fates.of(letter.messageHash), at === undefined ? null : originText(at))
    } finally {
      await log.close()
    }
  })
  answer(flags, document, renderLetter)
}

async function replay(words: readonly string[], flags: ReplayFlags): Promise<void> {
  if ((words.length === 0) === (flags.reason === undefined)) throw new UserError('BAD_OPTION', 'name letters by their offsets, or all of one code with --reason CODE; `cybermesh dlq list` shows them')
  const waitMs = Number(flags.wait) * 1000
  if (!Number.isFinite(waitMs) || waitMs < 0) throw new UserError('BAD_OPTION', `--wait takes seconds, got ${flags.wait}`)
  const [{ openExisting }, { withLetters, letterNamed, filterLetters }, { runReplay }, { renderReplay }, { createProgress }, { recordingResult }] = await Promise.all([
    import('../data-folder/open.js'), import('../dlq/open-letters.js'), import('../dlq/run-replay.js'), import('../dlq/render.js'), import('../shared/progress.js'), import('../shared/operator-actions.js')])
  const data = openExisting(flags.data)
  const resource = flags.reason === undefined ? `letters ${words.join(', ')}` : `letters refused with ${flags.reason}`
  const replayed = await recordingResult(data, flags, { action: 'dlq.replay', resource, fields: { anyway: String(flags.anyway === true) } }, () => withLetters(data, async (box, transport) => {
    const chosen = flags.reason === undefined ? [...new Set(words.map((word) => letterNamed(box, word)))] : filterLetters(box.letters, { reason: flags.reason })
    return transport === undefined || chosen.length === 0 ? [] : runReplay(data, transport, chosen, { anyway: flags.anyway === true, waitMs }, createProgress())
  }), tellReplay)
  answer(flags, { replayed }, renderReplay)
  // What was asked for by name and cannot be done is a failure; of all with one code the rest is said.
  if (flags.reason === undefined && replayed.some(({ outcome }) => outcome === 'held-back')) process.exitCode = 1
}

const tellReplay = (replayed: readonly ReplayLine[]) => {
  const count = (wanted: ReplayLine['outcome']): string => String(replayed.filter(({ outcome }) => outcome === wanted).length)
  return { fields: { sent: count('sent'), before: count('before'), committed: count('committed'), heldBack: count('held-back') } }
}
