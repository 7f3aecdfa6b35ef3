/** `cybermesh audit watch`: a monitor that keeps what the log shows and raises the alarm when it contradicts itself. */
import type { Command } from 'commander'
import { checkAddress, openLogSource, withLog, type LogFlags } from './log-source.js'

type Flags = LogFlags & { readonly state: string; readonly once?: boolean; readonly every: string; readonly witness?: readonly string[] }

export function registerWatch(audit: Command): void {
  withLog(audit.command('watch').description('look again and again, keep every checkpoint, hold it against what validators cosigned, and end with exit code 1 on a fork, a rollback, a false signature or false tiles'))
    .requiredOption('--state <folder>', 'where to keep what was seen; keep it yourself, away from the log')
    .option('--every <seconds>', 'between two looks', '10')
    .option('--witness <address...>', 'operations servers of validators to ask; without it, those of the data folder')
    .option('--once', 'look once')
    .action(watch)
}

async function watch(flags: Flags): Promise<void> {
  const [{ watchLog }, { knownWitnesses }, { UserError }] = await Promise.all([import('./watch-log.js'), import('./known-witnesses.js'), import('../shared/user-error.js')])
  const everyMs = Number(flags.every) * 1000
  if (!Number.isFinite(everyMs) || everyMs < 100) throw new UserError('BAD_OPTION', `--every takes seconds, at least 0.1, got ${flags.every}`)
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort())
  flags.witness?.forEach((address) => checkAddress('--witness', address))
  const source = openLogSource(flags)
  const { seen, witnesses, alarm } = await watchLog(source, {
    state: flags.state, everyMs, isOnce: flags.once === true, signal: stopping.signal, witnesses: () => knownWitnesses(source, flags.witness), say: (line) => process.stderr.write(`${line}\n`),
  })
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ seen, ...(witnesses.length === 0 ? {} : { witnesses }), ...(alarm === undefined ? {} : { alarm }) })}\n`)
  if (alarm !== undefined) process.exitCode = 1
}
