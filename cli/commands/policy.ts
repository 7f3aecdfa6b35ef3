/** `cybermesh policy propose | sign | send | card | list`: rules that a quorum commits, from a height on. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { withActor, type ActorFlag } from '../shared/operator-actions.js'
import type { UnixMillis } from '../../domain/ids.js'
import type { Proposed } from '../policy/propose.js'
import { waitMsOf } from '../shared/wait-flag.js'
import { UserError } from '../shared/user-error.js'
import { AUTHORITY_KEY, layoutOf } from '../data-folder/layout.js'

type PolicyFlags = {
  readonly rule: string; readonly action: string; readonly params: string; readonly effectiveHeight: string; readonly expirationHeight?: string; readonly rollbackOf?: string
}
type SendFlags = DataFlag & JsonFlag & ActorFlag & { readonly wait: string }
type ProposeFlags = SendFlags & PolicyFlags & { readonly key?: string }
type SignFlags = JsonFlag & PolicyFlags & { readonly key: string; readonly genesis: string; readonly out: string; readonly at?: string }

const LARGEST_FILE_BYTES = 4 * 1024 * 1024

const withPolicy = (command: Command): Command => command
  .requiredOption('--rule <rule>', 'threshold, blacklist, whitelist, feature_flag, rate_limit, model_param, producer or model')
  .requiredOption('--action <action>', 'add, remove, update, enable or disable')
  .option('--params <json>', 'what the rule needs, as a JSON object', '{}')
  .option('--expiration-height <height>', 'the first block it works no more for')
  .option('--rollback-of <policy>', 'the policy that ends where this one begins')

const withSending = (command: Command): Command => withActor(withJson(withData(command)))
  .option('--wait <seconds>', 'how long to wait for a block that carries it, where the mesh runs', '30')

export function registerPolicy(program: Command): void {
  const command = program.command('policy').description('rules that a quorum commits: who may publish, which models, how fast')
  withPolicy(withSending(command.command('propose').description('sign a policy, send it, and say what became of it')))
    .option('--key <file>', 'key file of a policy authority of genesis (default: the one of the data folder)')
    .option('--effective-height <height>', 'the first block it works for; +N: N above the next one; +Ns: above it by what the chain makes in N seconds', '+5s')
    .addHelpText('after', '\nExample: cybermesh policy propose --rule threshold --action update --params \'{"kind":"ddos","value":0.9}\'\ndocs/policies.md lists what each rule needs.')
    .action(proposeOne)
  withPolicy(withJson(command.command('sign').description('sign a policy and send nothing, on a machine that has the key and the genesis file and no way to the mesh')))
    .requiredOption('--key <file>', 'key file of a policy authority of genesis')
    .requiredOption('--genesis <file>', 'genesis file of the network')
    .requiredOption('--effective-height <height>', 'the first block it works for; `cybermesh policy list` beside the mesh says where that stands')
    .requiredOption('--out <file>', 'where to write it: base64, which `cybermesh policy send` and proposePolicy of the GraphQL API take')
    .option('--at <time>', 'when it will be sent, RFC 3339: validators take it within the skew of genesis of that (default: now)')
    .action(signOne)
  withSending(command.command('send <file>').description('send a policy that `cybermesh policy sign` wrote, and say what became of it')).action(sendOne)
  withJson(command.command('card <file>').description('what a model policy says of a model file: its hash, its features, and the golden result that every validator must come to'))
    .addHelpText('after', '\nExample: cybermesh policy propose --rule model --action add --params "$(cybermesh policy card model.txt)"')
    .action(describeFile)
  withJson(withData(command.command('list').description('every policy a block has carried or that came too late for one, and the rules in force'))).action(list)
}

async function proposeOne({ data: folder, key, wait, json: _json, actor, ...flags }: ProposeFlags): Promise<void> {
  const waitMs = waitMsOf(wait)
  const [{ openExisting }, { propose }, { renderProposed }, { createProgress }, { recordingResult }] = await Promise.all([
    import('../data-folder/open.js'), import('../policy/propose.js'), import('../policy/render.js'), import('../shared/progress.js'), import('../shared/operator-actions.js')])
  const data = openExisting(folder)
  const keyFile = key ?? layoutOf(folder).key(AUTHORITY_KEY)
  const proposed = await recordingResult(data, actor === undefined ? {} : { actor }, { action: 'policy.propose', resource: `${flags.rule} ${flags.action}`, fields: { params: flags.params, effectiveHeight: flags.effectiveHeight, keyFile } },
    () => propose(data, { ...flags, key: keyFile }, waitMs, createProgress()), tellProposed)
  answer({ json: _json === true }, proposed, renderProposed)
  process.exitCode = exitCodeOf(proposed)
}

async function signOne({ out, genesis: genesisFile, at, ...flags }: SignFlags): Promise<void> {
  const [{ sign }, { loadGenesis }, { writeBytes }, { renderSigned, signedOf }] = await Promise.all([
    import('../policy/sign.js'), import('../config/load.js'), import('../shared/files.js'), import('../policy/render.js')])
  const time = at === undefined ? Date.now() : Date.parse(at)
  if (!Number.isFinite(time)) throw new UserError('BAD_OPTION', `--at takes a time such as 2026-01-31T12:00:00Z, got ${at}`)
  const genesis = loadGenesis(genesisFile)
  const signed = sign(genesis, flags, { at: time as UnixMillis, chain: undefined })
  writeBytes(out, Buffer.from(`${Buffer.from(signed.bytes).toString('base64')}\n`))
  answer(flags, signedOf(signed, out, time, genesis.limits.skewMs), renderSigned)
}

async function sendOne(file: string, { data: folder, wait, actor, ...flags }: SendFlags): Promise<void> {
  const waitMs = waitMsOf(wait)
  const [{ openExisting }, { sendSigned }, { renderProposed }, { createProgress }, { recordingResult }, { readBytes }] = await Promise.all([
    import('../data-folder/open.js'), import('../policy/propose.js'), import('../policy/render.js'), import('../shared/progress.js'), import('../shared/operator-actions.js'), import('../shared/files.js')])
  const text = Buffer.from(readBytes(file, 'the policy', LARGEST_FILE_BYTES)).toString('latin1').trim()
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new UserError('BAD_FILE', `${file} is no signed policy; \`cybermesh policy sign\` writes one`)
  const data = openExisting(folder)
  const sent = await recordingResult(data, actor === undefined ? {} : { actor }, { action: 'policy.send', resource: file, fields: {} },
    () => sendSigned(data, Buffer.from(text, 'base64'), waitMs, createProgress()), tellProposed)
  answer(flags, sent, renderProposed)
  process.exitCode = exitCodeOf(sent)
}

const exitCodeOf = ({ outcome }: Proposed): number => (outcome === 'applied' || outcome === 'waiting' ? 0 : 1)

async function describeFile(file: string, flags: JsonFlag): Promise<void> {
  const { readCard } = await import('../policy/model-card.js')
  answer(flags, readCard(file), JSON.stringify)
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

const tellProposed = ({ policyId, outcome, code, effectiveHeight }: Proposed) => ({
  result: outcome === 'applied' || outcome === 'waiting' ? 'success' as const : 'failure' as const, reason: code ?? '', fields: { policyId, outcome, effectiveHeight: String(effectiveHeight) },
})
