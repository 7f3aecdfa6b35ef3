/** Ends a run with its failures by name and one plain line. With `CYBERMESH_TALLY=FILE` they go there instead, for a total over several runs. */
import { appendFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import { renderTally, type Tally } from './tally.js'

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tally = tallyOf(modules, unhandled)
    const file = process.env['CYBERMESH_TALLY']
    if (file !== undefined) return appendFileSync(file, `${JSON.stringify(tally)}\n`)
    // After everything the other reporters write.
    process.on('exit', () => process.stdout.write(`\n${renderTally(tally)}\n`))
  }
}

function tallyOf(modules: readonly TestModule[], unhandled: readonly unknown[]): Tally {
  let passed = 0
  let skipped = 0
  const again: string[] = []
  const failures = unhandled.map((error) => `outside of the tests: ${error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error)}`.split('\n')[0] as string)
  for (const module of modules) {
    const file = `${module.project.name} ${module.relativeModuleId}`
    // A file that could not be loaded has no tests to count, and is a failure all the same.
    failures.push(...module.errors().map(({ message }) => `${file}: ${message.split('\n')[0] ?? ''}`))
    for (const test of module.children.allTests()) {
      const { state, errors } = test.result()
      const name = `${file} > ${test.fullName}`
      const why = errors?.[0] === undefined ? '' : `: ${errors[0].message.split('\n')[0] ?? ''}`
      if (state === 'passed') passed += 1
      else if (state === 'failed') failures.push(name + why)
      else skipped += 1
      if (state === 'passed' && why !== '') again.push(name + why)
    }
  }
  return { passed, failed: failures.length, skipped, failures, again }
}
