/** `cybermesh timeline`: the timelines as Redis would answer, also while the system runs. */
import type { Command } from 'commander'
import { withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { UserError } from '../shared/user-error.js'

export function registerTimeline(program: Command): void {
  withJson(withData(program.command('timeline').description('read timelines in the words of Redis: ZCARD, ZRANGE, ZREVRANGE, ZRANGEBYSCORE, ZREVRANGEBYSCORE, HGETALL')))
    .argument('<command...>', 'such as: ZCARD anomaly:timeline:COMMITTED, or HGETALL anomaly:<id>')
    // `ZRANGE key 0 -1` holds no option.
    .allowUnknownOption()
    .addHelpText('after', '\nKeys: anomaly:timeline:all, anomaly:timeline:<STATE> with PUBLISHED, ADMITTED, COMMITTED, REJECTED, TIMEOUT or EXPIRED, and anomaly:<id>.\n' +
      'Answers are printed as by redis-cli: numbered on a terminal, bare elsewhere; with --json as {"reply": ...}.')
    .action(async (words: string[], flags: DataFlag & JsonFlag) => {
      const [{ openExisting }, { hasTimelines, openTimelinesOf }, { renderReply, runTimelineCommand }] = await Promise.all([
        import('../data-folder/open.js'), import('../shared/folder-timelines.js'), import('../shared/timeline-commands.js')])
      const { layout } = openExisting(flags.data)
      if (!hasTimelines(layout)) throw new UserError('NO_TIMELINES', `there are no timelines in ${flags.data} yet; run \`cybermesh up --data ${flags.data}\` first`)
      const store = await openTimelinesOf(layout)
      try {
        const reply = await runTimelineCommand(store, words)
        process.stdout.write(flags.json === true ? `${JSON.stringify({ reply })}\n` : `${renderReply(reply, process.stdout.isTTY)}\n`)
      } finally {
        await store.close()
      }
    })
}
