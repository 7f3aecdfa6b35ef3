/** `cybermesh audit checkpoint`: the newest checkpoint, checked, and who cosigned it. */
import type { Command } from 'commander'
import { answer } from '../shared/answer.js'
import { openLogSource, readCheckpoint, readTrust, withLog, type LogFlags } from './log-source.js'

export function registerCheckpoint(audit: Command): void {
  withLog(audit.command('checkpoint').description('the newest checkpoint: signatures, witnesses and root checked; exit code 1 where they do not hold'))
    .option('--raw', 'the signed note as it is, to keep for `consistency --from`')
    .action(checkpoint)
}

async function checkpoint(flags: LogFlags & { readonly raw?: boolean }): Promise<void> {
  const [{ judgeCheckpoint }, { lineOfCheckpoint, renderCheckpoint }, { UserError }] = await Promise.all([
    import('../../audit/monitor/judge.js'), import('./describe-checkpoint.js'), import('../shared/user-error.js')])
  const source = openLogSource(flags)
  const trust = await readTrust(source)
  const bytes = await readCheckpoint(source)
  const verdict = await judgeCheckpoint(bytes, undefined, trust, source.read)
  if (verdict.kind === 'alarm') throw new UserError('NOT_VERIFIED', `the checkpoint of ${source.name} does not hold: ${verdict.sentence}`)
  if (flags.raw === true) return void process.stdout.write(bytes)
  answer(flags, { ...lineOfCheckpoint(verdict.checkpoint), needed: trust.quorum, checked: true }, (value) =>
    `${renderCheckpoint(value)}\nsignatures hold, ${value.cosigners.length} of at least ${value.needed} validators cosigned, the tiles give the root`)
}
