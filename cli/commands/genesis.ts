/** `cybermesh genesis`: makes and checks the file that says who votes, who publishes and who records. */
import { existsSync, writeFileSync } from 'node:fs'
import { InvalidArgumentError, type Command } from 'commander'
import { createGenesis, DEFAULT_LIMITS, validatorSetOf, type Genesis, type GenesisBody } from '../../domain/genesis.js'
import { faultTolerance } from '../../domain/quorum.js'
import { loadGenesis } from '../config/load.js'
import { answer, withJson, type JsonFlag } from '../shared/answer.js'
import { faultOfKeys } from '../shared/genesis-keys.js'
import { UserError } from '../shared/user-error.js'

type Entry = { readonly name: string; readonly publicKey: string }
type Producer = Entry & { readonly schemes: ('v1' | 'v2')[] }
type InitFlags = JsonFlag & {
  readonly out: string; readonly network: string; readonly quorum?: number
  readonly validator: Entry[]; readonly producer: Producer[]; readonly recorder: Entry[]
  readonly authority: Entry[]; readonly analyst: Entry[]
}

export function registerGenesis(program: Command): void {
  const genesis = program.command('genesis').description('make and check genesis files')

  withJson(genesis.command('init').description('make a genesis file from public keys; every machine of the network gets a copy'))
    .requiredOption('--out <file>', 'where the genesis file goes; an existing file is never overwritten')
    .requiredOption('--network <name>', 'name of the network')
    .requiredOption('--validator <name=key>', 'a validator and its public key, 64 hex digits; repeat for each', collect(parseEntry))
    .option('--producer <name=key[:v1,v2]>', 'who may publish anomalies, and which signing schemes (default: v2); repeat for each', collect(parseProducer), [])
    .option('--recorder <name=key>', 'who follows the chain and writes the event log; repeat for each', collect(parseEntry), [])
    .option('--authority <name=key>', 'who may sign policies, which change the rules; repeat for each', collect(parseEntry), [])
    .option('--analyst <name=key>', 'who may say whether a detection was true; repeat for each', collect(parseEntry), [])
    .option('--quorum <n>', 'votes a certificate needs, at least what safety needs (default: just that)', parseCount)
    .action((flags: InitFlags) => {
      const made = initGenesis(flags)
      for (const warning of warningsOf(made)) process.stderr.write(`${warning}\n`)
      answer(flags, describeGenesis(made, flags.out), renderGenesis)
    })

  withJson(genesis.command('check').description('check a genesis file and print what it says').argument('<file>', 'genesis file'))
    .action((file: string, flags: JsonFlag) => {
      const loaded = loadGenesis(file)
      refuseUnsoundKeys(loaded)
      for (const warning of warningsOf(loaded)) process.stderr.write(`${warning}\n`)
      answer(flags, describeGenesis(loaded, file), renderGenesis)
    })
}

export function initGenesis({ out, network, quorum, validator, producer, recorder, authority, analyst }: InitFlags): Genesis {
  if (existsSync(out)) throw new UserError('EXISTS', `${out} exists, and a genesis is never overwritten; move it away or name another file with --out`)
  const body: GenesisBody = {
    format: 1, network, createdAt: new Date().toISOString(), epoch: 0, ...(quorum === undefined ? {} : { quorum }),
    validators: validator, producers: producer, recorders: recorder, limits: DEFAULT_LIMITS,
    // Absent rather than empty, so that a file without them is what it always was.
    ...(authority.length === 0 ? {} : { policyAuthorities: authority }), ...(analyst.length === 0 ? {} : { analysts: analyst }),
  }
  refuseUnsoundKeys(body)
  const genesis = createGenesis(body)
  try {
    writeFileSync(out, `${JSON.stringify(genesis, null, 2)}\n`, { flag: 'wx' })
  } catch (error) {
    throw new UserError('UNWRITABLE', `${out} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); check the folder and its permissions`)
  }
  return genesis
}

function refuseUnsoundKeys(body: GenesisBody): void {
  const fault = faultOfKeys(body)
  if (fault !== undefined) throw new UserError('BAD_KEY', `${fault}; make keys with \`cybermesh keys new\``)
}

/** What is allowed and probably not meant. */
function warningsOf({ validators, producers, recorders }: Genesis): string[] {
  return [
    ...(faultTolerance(validators.length) === 0 ? [`with ${validators.length} of 4 validators none may be faulty; add validators for a network that is to survive one`] : []),
    ...(producers.length === 0 ? ['there is no producer, so nothing will be admitted; add one with --producer'] : []),
    ...(recorders.length === 0 ? ['there is no recorder, so nothing will write the event log; add one with --recorder'] : []),
  ]
}

const describeGenesis = (genesis: Genesis, file: string) => ({
  file, network: genesis.network, chainId: genesis.chainId, createdAt: genesis.createdAt,
  quorum: validatorSetOf(genesis).quorum, faulty: faultTolerance(genesis.validators.length),
  validators: genesis.validators, producers: genesis.producers, recorders: genesis.recorders,
  policyAuthorities: genesis.policyAuthorities ?? [], analysts: genesis.analysts ?? [], limits: genesis.limits,
})

function renderGenesis(genesis: ReturnType<typeof describeGenesis>): string {
  const named = (role: string, entries: readonly Entry[]): string[] => entries.map(({ name, publicKey }) => `${role.padEnd(10)} ${name}  ${publicKey}`)
  return [
    `network    ${genesis.network}, made ${genesis.createdAt}`, `chain      ${genesis.chainId}`,
    `quorum     ${genesis.quorum} of ${genesis.validators.length}, ${genesis.faulty} may be faulty`,
    ...named('validator', genesis.validators), ...named('producer', genesis.producers), ...named('recorder', genesis.recorders),
    ...named('authority', genesis.policyAuthorities), ...named('analyst', genesis.analysts),
  ].join('\n')
}

const collect = <T>(parse: (text: string) => T) => (text: string, list: T[] | undefined): T[] => [...(list ?? []), parse(text)]

function parseEntry(text: string): Entry {
  const [, name, publicKey] = /^([^=]{1,64})=([0-9a-f]{64})$/.exec(text) ?? []
  if (name === undefined || publicKey === undefined) throw new InvalidArgumentError('must be NAME=KEY, the key as 64 lowercase hex digits (`cybermesh keys show FILE` prints it)')
  return { name, publicKey }
}

function parseProducer(text: string): Producer {
  const [entry = '', schemes = 'v2'] = text.split(':')
  const list = schemes.split(',')
  if (!list.every((scheme) => scheme === 'v1' || scheme === 'v2')) throw new InvalidArgumentError('the signing schemes after the colon must be v1, v2 or v1,v2')
  return { ...parseEntry(entry), schemes: [...new Set(list)] as Producer['schemes'] }
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('must be a whole number above 0')
  return Number(text)
}
