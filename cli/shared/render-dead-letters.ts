/** Dead letters for people. */
import Table from 'cli-table3'

export type DeadLetterLine = {
  readonly projection: string
  readonly position: number
  readonly eventId: string | null
  readonly eventType: string | null
  readonly error: string
  /** null where the store does not count. */
  readonly attempts: number | null
  readonly firstAt: string | null
  readonly lastAt: string | null
}

export function renderDeadLetters({ deadLetters }: { readonly deadLetters: readonly DeadLetterLine[] }): string {
  if (deadLetters.length === 0) return 'no dead letters: every event was applied'
  const table = new Table({ head: ['read model', 'position', 'event', 'attempts', 'last', 'error'], style: { head: [], border: [] } })
  for (const { projection, position, eventType, attempts, lastAt, error } of deadLetters) {
    table.push([projection, position, eventType ?? 'unreadable', attempts ?? '-', lastAt ?? '-', error])
  }
  return `${table.toString()}\nAfter a fix: cybermesh projections redrive NAME [POSITION...]`
}
