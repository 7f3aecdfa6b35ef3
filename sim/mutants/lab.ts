/** What runs inside a bundle of a mutant: one technique, until it finds something or its budget is spent. */
import { SCENARIOS } from '../scenarios/index.js'
import { runSeed } from '../swarm/run-seed.js'
import { runTwinsSeed } from '../twins/index.js'
import type { Result } from '../types.js'
import type { Experiment, Finding } from './experiment.js'

function* casesOf(experiment: Experiment): Generator<() => Result> {
  switch (experiment.technique) {
    case 'scenarios':
      for (const scenario of SCENARIOS) if (experiment.only === undefined || experiment.only === scenario.name) yield () => scenario.run()
      return
    case 'twins':
      for (let seed = experiment.fromSeed ?? 1; ; seed++) yield () => runTwinsSeed(seed)
    case 'swarm':
      for (let seed = experiment.fromSeed ?? 1; ; seed++) yield () => runSeed(seed)
  }
}

export function runExperiment(experiment: Experiment): Finding {
  const started = performance.now()
  let tried = 0
  for (const run of casesOf(experiment)) {
    if (tried > 0 && performance.now() - started > experiment.budgetMs) break
    const result = run()
    tried += 1
    const [violation] = result.violations
    if (violation !== undefined) return { isKilled: true, by: result.name, kind: violation.kind, detail: violation.detail, tried, ms: Math.round(performance.now() - started), trace: result.trace }
  }
  return { isKilled: false, tried, ms: Math.round(performance.now() - started) }
}

// The bundle is a program: its question comes as an argument, its answer leaves on stdout.
const [, , question] = process.argv
if (question?.startsWith('{') === true) process.stdout.write(JSON.stringify(runExperiment(JSON.parse(question) as Experiment)))
