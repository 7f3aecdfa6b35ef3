/** `cybermesh sim`: consensus under drawn faults in virtual time, scripted scenarios, mutants, and wide-area figures. */
import Table from 'cli-table3'
import { InvalidArgumentError, type Command } from 'commander'
import type { Result } from '../../sim/types.js'
import type { SeedConfiguration } from '../../sim/swarm/configuration.js'
import type { WanRow } from '../../sim/wan.js'
import { answer, withJson, type JsonFlag } from '../shared/answer.js'
import { createProgress } from '../shared/progress.js'
import { UserError } from '../shared/user-error.js'

type Flags = JsonFlag & {
  readonly seeds: number
  readonly from: number
  readonly validators?: number
  readonly seed?: number
  readonly configuration?: string
  readonly scenario?: string
  readonly mutant?: string
  readonly wan?: boolean
  readonly workers: number
}

const natural = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('must be a whole number')
  return value
}
const positive = (text: string): number => {
  const value = natural(text)
  if (value === 0) throw new InvalidArgumentError('must be above 0')
  return value
}

export function registerSim(program: Command): void {
  withJson(program.command('sim').description('run consensus in virtual time under drawn faults and liars; exit code 1 if any promise is broken'))
    .option('--seeds <n>', 'how many seeds', positive, 1000)
    .option('--from <seed>', 'the first of them', natural, 1)
    .option('--validators <n>', 'number of validators instead of one drawn from each seed', positive)
    .option('--seed <seed>', 'run one seed and tell all about it', natural)
    .option('--configuration <json>', 'with --seed: run this instead of what the seed draws, as a failure prints it')
    .option('--scenario <name>', 'run one scripted scenario, or all')
    .option('--mutant <name>', 'take one rule out and see what notices (from the sources)')
    .option('--wan', 'latency and traffic of 4 to 100 validators between continents')
    .option('--workers <n>', 'threads', positive, 2)
    .action(async (flags: Flags) => {
      if (flags.wan === true) return runWide(flags)
      if (flags.mutant !== undefined) return runOneMutant(flags, flags.mutant)
      if (flags.scenario !== undefined) return runScenarios(flags, flags.scenario)
      if (flags.seed !== undefined) return replay(flags, flags.seed)
      return runMany(flags)
    })
}

async function runMany(flags: Flags): Promise<void> {
  const [{ runSeeds }, { describeFailure }, { runConfiguration }, { shrink }] = await Promise.all([
    import('../../sim/run/run-seeds.js'), import('../../sim/report.js'), import('../../sim/swarm/run-seed.js'), import('../../sim/shrink.js')])
  const progress = createProgress()
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  const { tally, found } = await runSeeds({
    from: flags.from, seeds: flags.seeds, workers: flags.workers, n: flags.validators,
    onProgress(done, failures) {
      const rate = done / seconds()
      progress.show(`${done} of ${flags.seeds} seeds, ${rate.toFixed(0)}/s, ${Math.ceil((flags.seeds - done) / rate)} s left, ${failures} failed`)
    },
  })
  const [first] = found
  if (first !== undefined) {
    process.stderr.write(`${describeFailure(first)}\n`)
    if (isDrawn(first)) process.stderr.write(`made smaller, ${describeFailure(shrink(first, runConfiguration))}\n`)
    process.exitCode = 1
  }
  const failed = found.map(({ name, violations }) => ({ name, kind: violations[0]?.kind, detail: violations[0]?.detail }))
  answer(flags, { ...tally, seconds: Math.round(seconds() * 10) / 10, failed }, ({ seeds, forks, stalls, otherViolations, messages, crashes, commits, viewChanges }) => [
    `${seeds} seeds in ${seconds().toFixed(0)} s: ${forks} forks, ${stalls} stalls, ${otherViolations} other violations`,
    `${messages} messages, ${crashes} crashes, ${viewChanges} view changes, ${commits} blocks committed`,
    ...failed.map(({ name, kind, detail }) => `${name}: ${kind}: ${detail}`),
  ].join('\n'))
}

/** What the swarm drew can be made smaller; what another technique found is small already. */
const isDrawn = ({ configuration }: Result): boolean => configuration !== undefined && 'faults' in (configuration as object)

async function replay(flags: Flags, seed: number): Promise<void> {
  const [{ runTechnique }, { runConfiguration }, { describeFailure }] = await Promise.all([
    import('../../sim/run/technique.js'), import('../../sim/swarm/run-seed.js'), import('../../sim/report.js')])
  const result = flags.configuration === undefined ? runTechnique(seed, flags.validators) : runConfiguration(parseConfiguration(flags.configuration))
  tell(flags, [result], () => (result.violations.length > 0 ? describeFailure(result)
    : `${result.name}: nothing broke in ${result.virtualMs} virtual ms\nconfiguration: ${JSON.stringify(result.configuration)}\n${JSON.stringify(result.counts)}`))
}

function parseConfiguration(text: string): SeedConfiguration {
  try {
    return JSON.parse(text) as SeedConfiguration
  } catch (error) {
    throw new UserError('BAD_OPTION', '--configuration is not JSON; copy the whole text that the failure printed, in single quotes', { cause: error })
  }
}

async function runScenarios(flags: Flags, name: string): Promise<void> {
  const [{ SCENARIOS }, { describeFailure }] = await Promise.all([import('../../sim/scenarios/index.js'), import('../../sim/report.js')])
  const chosen = name === 'all' ? SCENARIOS : SCENARIOS.filter((scenario) => scenario.name === name)
  if (chosen.length === 0) throw new UserError('BAD_OPTION', `${name} is no scenario; choose all or one of: ${SCENARIOS.map((scenario) => scenario.name).join(', ')}`)
  const results = chosen.map((scenario) => scenario.run())
  tell(flags, results, (result) => (result.violations.length > 0 ? describeFailure(result) : `${result.name}: as expected`))
}

function tell(flags: JsonFlag, results: readonly Result[], render: (result: Result) => string): void {
  if (results.some(({ violations }) => violations.length > 0)) process.exitCode = 1
  const kinds = (kind: string): number => results.filter(({ violations }) => violations.some((violation) => violation.kind === kind)).length
  answer(flags, { runs: results.length, forks: kinds('fork'), stalls: kinds('stall'), results: results.map(({ trace: _, ...rest }) => rest) }, () => results.map(render).join('\n'))
}

async function runOneMutant(flags: Flags, name: string): Promise<void> {
  // Not a literal: mutants are made of the sources, and the installed program has none.
  const room = '../../sim/mutants/index.js'
  const mutants = await import(room).catch((error: unknown) => {
    throw new UserError('NEEDS_SOURCES', 'mutants are made from the sources: run `npx tsx cli/main.ts sim --mutant NAME` in a checkout', { cause: error })
  }) as { runMutant(name: string): Promise<{ readonly isKilled: boolean }> }
  const outcome = await mutants.runMutant(name).catch((error: unknown) => {
    throw error instanceof RangeError ? new UserError('BAD_OPTION', error.message, { cause: error }) : error
  })
  if (!outcome.isKilled) process.exitCode = 1
  answer(flags, { mutant: name, ...outcome }, (value) => JSON.stringify(value, null, 2))
}

async function runWide(flags: Flags): Promise<void> {
  const { REGIONS, runWan, WAN_SIZES } = await import('../../sim/wan.js')
  const progress = createProgress()
  const sizes = flags.validators === undefined ? WAN_SIZES : [flags.validators]
  const rows: WanRow[] = []
  for (const n of sizes) {
    progress.show(`${n} validators`)
    rows.push(runWan(n))
  }
  answer(flags, { regions: REGIONS, rows }, () => renderWide(rows))
}

function renderWide(rows: readonly WanRow[]): string {
  const table = new Table({ head: ['validators', 'commit p50 ms', 'commit p99 ms', 'messages a commit', 'KB a commit', 'view changes'], style: { head: [], border: [] } })
  for (const { n, commitMs, messagesPerCommit, bytesPerCommit, viewChanges } of rows) {
    table.push([n, commitMs.p50, commitMs.p99, messagesPerCommit, Math.round(bytesPerCommit / 1024), viewChanges])
  }
  return table.toString()
}
