/** What rebuilds came to, for people: a line a read model, and where the two versions differed. */
import Table from 'cli-table3'
import type { RebuildResult } from '../../projections/index.js'

const PLAIN = { style: { head: [], border: [] } }

export function renderRebuilds(results: readonly RebuildResult[]): string {
  const table = new Table({ head: ['read model', 'events', 'seconds', 'events/s', 'switch ms', 'equal to the live one'], ...PLAIN })
  for (const result of results) {
    const { name, events, seconds, switchMs } = result
    table.push([name, events, seconds.toFixed(2), Math.round(events / seconds), switchMs, verdict(result)])
  }
  const differing = results.filter(({ differences }) => differences.length > 0)
  return [table.toString(), ...differing.map(renderDifferences)].join('\n')
}

function verdict({ equal, replaced, version }: RebuildResult): string {
  if (replaced !== version) return `not compared: version ${version} took the place of version ${replaced}`
  return equal ? 'yes' : 'NO: it has been replaced'
}

function renderDifferences({ name, differences }: RebuildResult): string {
  const table = new Table({ head: [`${name}: table`, 'only in live', 'only in rebuilt', 'differing', 'the first ones'], ...PLAIN })
  for (const { table: of, onlyLive, onlyRebuilt, differing, examples } of differences) {
    const lines = examples.map(({ key, kind, columns }) =>
      (kind === 'differing' ? `${key}: ${columns.map((one) => `${one.name} ${shown(one.live)} -> ${shown(one.rebuilt)}`).join(', ')}` : `${key} ${kind}`))
    table.push([of, onlyLive, onlyRebuilt, differing, lines.join('\n')])
  }
  return table.toString()
}

const LONGEST_VALUE = 40

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}
