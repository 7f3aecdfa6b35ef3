/** Is the log whole: positions without gaps, revisions of every stream without gaps, every entry readable? */
import type { BatchEntry } from '../../projections/runtime/projection.js'
import { count, fail, listed, ok, type Finding } from './finding.js'
import type { LogVisitor } from './log-visitor.js'

export function checkLogOrder(): LogVisitor {
  const nextRevision = new Map<string, number>()
  const ids = new Set<string>()
  const faults: string[] = []
  let next = 0

  const visitEvent = (entry: Extract<BatchEntry, { kind: 'event' }>): void => {
    const { position, recorded } = entry
    const { stream, revision, id } = recorded
    const expected = nextRevision.get(stream) ?? 0
    if (recorded.position !== position) faults.push(`the entry at position ${position} says that it is at ${recorded.position}`)
    if (revision !== expected) faults.push(`position ${position} has revision ${revision} of ${stream}, ${expected} comes next`)
    if (ids.has(id)) faults.push(`position ${position} repeats the event id ${id}`)
    ids.add(id)
    nextRevision.set(stream, revision + 1)
  }
  const finding = (): Finding => faults.length === 0
    ? ok('event log', `${count(next, 'event')} at positions without gaps in ${count(nextRevision.size, 'stream')}`)
    : fail('event log', `${listed(faults)}; restore the eventlog folder from a copy`)

  return {
    visit(entry) {
      if (entry.position !== next) faults.push(`positions ${next} to ${entry.position - 1} are missing`)
      next = entry.position + 1
      if (entry.kind === 'event') visitEvent(entry)
      else faults.push(`position ${entry.position} cannot be read (${entry.error})`)
    },
    finish: () => [finding()],
  }
}
