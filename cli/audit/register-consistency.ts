/** `cybermesh audit consistency`: that the newest tree continues older ones, proved from the tiles. */
import type { Command } from 'commander'
import { answer } from '../shared/answer.js'
import { openLogSource, readCheckpoint, readTrust, withLog, type LogFlags } from './log-source.js'

type Flags = LogFlags & { readonly from?: readonly string[] }

export function registerConsistency(audit: Command): void {
  withLog(audit.command('consistency').description('that the newest checkpoint continues older ones; exit code 1 where it does not'))
    .option('--from <file...>', 'older checkpoints that you kept; without it, those that the validators of the data folder cosigned last')
    .action(consistency)
}

async function consistency(flags: Flags): Promise<void> {
  const [{ compareWith, keptCheckpoints, witnessedCheckpoints }, { UserError }] = await Promise.all([import('./compare-checkpoints.js'), import('../shared/user-error.js')])
  const source = openLogSource(flags)
  if (flags.from === undefined && source.folder === undefined) throw new UserError('BAD_OPTION', 'with --url, name a checkpoint that you kept with --from; `cybermesh audit checkpoint --raw` writes one')
  const trust = await readTrust(source)
  const older = flags.from === undefined ? witnessedCheckpoints(source.folder as string, source.genesis) : keptCheckpoints(flags.from)
  const result = await compareWith(older, await readCheckpoint(source), trust, source)
  answer(flags, result, ({ newest, comparisons }) => [
    ...comparisons.map(({ from, size, consistent, sentence }) => `${from}, ${size} entries: ${consistent ? 'continued' : sentence}`),
    `newest: ${newest.size} entries, root ${newest.root}`,
  ].join('\n'))
  if (result.comparisons.some(({ consistent }) => !consistent)) process.exitCode = 1
}
