/** A failure in words: what broke, with which configuration, the last events, and the command that shows it again. */
import type { Result } from './types.js'
import type { SeedConfiguration } from './swarm/configuration.js'

const LAST_EVENTS = 60

export function describeFailure(result: Result): string {
  const configuration = result.configuration as SeedConfiguration | undefined
  return [
    `${result.name}: ${result.violations.length} violations`,
    ...result.violations.slice(0, 5).map(({ kind, detail, atMs }) => `  ${kind} at ${atMs} ms: ${detail}`),
    ...(configuration === undefined ? [] : [`configuration: ${JSON.stringify(configuration)}`]),
    `the last ${Math.min(LAST_EVENTS, result.trace.length)} events:`,
    ...result.trace.slice(-LAST_EVENTS).map((line) => `  ${line}`),
    ...(configuration === undefined ? [] : [`see it again: ${replayCommand(configuration)}`]),
  ].join('\n')
}

/** The seed alone is enough where nothing was changed by hand. */
export function replayCommand(configuration: SeedConfiguration): string {
  return `cybermesh sim --seed ${configuration.seed} --configuration '${JSON.stringify(configuration)}'`
}
