/** `cybermesh policy propose | list`: rules that a quorum commits, from a height on. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { UserError } from '../shared/user-error.js'
import { AUTHORITY_KEY, layoutOf } from '../data-folder/layout.js'

type ProposeFlags = DataFlag & JsonFlag & {
  readonly key?: string; readonly rule: string; readonly action: string; readonly params: string
  readonly effectiveHeight: string; readonly expirationHeight?: string; readonly rollbackOf?: string; readonly wait: string
}

export function registerPolicy(program: Command): void {
  const command = program.command('policy').description('rules that a quorum commits: who may publish, which models, how fast')
  withJson(withData(command.command('propose').description('sign a policy, send it, and say what became of it')))
    .option('--key <file>', 'key file of a policy authority of genesis (default: the one of the data folder)')
    .requiredOption('--rule <rule>', 'threshold, blacklist, whitelist, feature_flag, rate_limit, model_param, producer or model')
    .requiredOption('--action <action>', 'add, remove, update, enable or disable')
    .option('--params <json>', 'what the rule needs, as a JSON object', '{}')
    .option('--effective-height <height>', 'the first block it works for; +N: N above the next block, which may be carried by a later one', '+5')
    .option('--expiration-height <height>', 'the first block it works no more for')
    .option('--rollback-of <policy>', 'the policy that ends where this one begins')
    .option('--wait <seconds>', 'how long to wait for a block that carries it, where the mesh runs', '30')
    .addHelpText('after', '\nExample: cybermesh policy propose --rule threshold --action update --params \'{"kind":"ddos","value":0.9}\'\ndocs/policies.md lists what each rule needs.')
    .action(proposeOne)
  withJson(withData(command.command('list').description('every policy a block has carried or that came too late for one, and the rules in force'))).action(list)
}

async function proposeOne({ data: folder, key, wait, json: _json, ...flags }: ProposeFlags): Promise<void> {
  const waitMs = Number(wait) * 1000
  if (!Number.isFinite(waitMs) || waitMs < 0) throw new UserError('BAD_OPTION', `--wait takes seconds, got ${wait}`)
  const [{ openExisting }, { propose }, { renderProposed }, { createProgress }] = await Promise.all([
    import('../data-folder/open.js'), import('../policy/propose.js'), import('../policy/render.js'), import('../shared/progress.js')])
  const proposed = await propose(openExisting(folder), { ...flags, key: key ?? layoutOf(folder).key(AUTHORITY_KEY) }, waitMs, createProgress())
  answer({ json: _json === true }, proposed, renderProposed)
  if (proposed.outcome === 'failed' || proposed.outcome === 'refused' || proposed.outcome === 'lapsed') process.exitCode = 1
}

async function list(flags: DataFlag & JsonFlag): Promise<void> {
  const [{ openExisting }, { openLogOf }, { documentOf, readPolicies }, { renderPolicies }] = await Promise.all([
    import('../data-folder/open.js'), import('../shared/stopped-folder.js'), import('../policy/read-policies.js'), import('../policy/render.js')])
  const data = openExisting(flags.data)
  const log = await openLogOf(data)
  try {
    const { height, policies, rules } = await readPolicies(log, data.genesis)
    answer(flags, { height, policies, rules: documentOf(rules) }, renderPolicies)
  } finally {
    await log.close()
  }
}
