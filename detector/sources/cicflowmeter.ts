/** Reads CICFlowMeter CSV of any dialect into flow records; a bad row is counted with its reason. */
import { basename } from 'node:path'
import { resolveColumns, type Columns } from './cicflowmeter-columns.js'
import { featureOf, flowOfRow } from './cicflowmeter-row.js'
import { SourceError } from './errors.js'
import type { FileBytes } from './file-bytes.js'
import { readLines } from './lines.js'
import { provenanceFor } from './provenance.js'
import type { FlowRecord, Provenance, Skipped } from './records.js'

export async function* readCicFlowMeter(file: FileBytes): AsyncGenerator<readonly (FlowRecord | Skipped)[]> {
  let columns: Columns | undefined
  const provenance = provenanceFor('cicflowmeter', basename(file.path))('payload')
  for await (const lines of readLines(file)) {
    const items: (FlowRecord | Skipped)[] = []
    for (const line of lines) {
      if (line.kind === 'too-long') items.push({ kind: 'skipped', reason: 'line-too-long' })
      else if (columns === undefined) columns = checkedColumns(file.path, splitCsv(line.text))
      else if (line.text !== '') items.push(readRow(line.text, columns, provenance))
    }
    yield items
  }
}

function checkedColumns(path: string, header: readonly string[]): Columns {
  const columns = resolveColumns(header)
  if (columns.missing.length === 0) return columns
  throw new SourceError('MISSING_COLUMNS', path,
    `the CSV header lacks ${columns.missing.join(', ')}; export the flows with CICFlowMeter's full column set`)
}

/** The tool never quotes except around names with commas, so a row without quotes takes the short way. */
export function splitCsv(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string
    if (quoted && c === '"' && line[i + 1] === '"') { cell += '"'; i++ }
    else if (c === '"') quoted = !quoted
    else if (c === ',' && !quoted) { cells.push(cell); cell = '' }
    else cell += c
  }
  cells.push(cell)
  return cells
}

function readRow(line: string, columns: Columns, provenance: Provenance): FlowRecord | Skipped {
  const cells = splitCsv(line)
  if (cells.length !== columns.count) return { kind: 'skipped', reason: 'bad-row' }
  const text = (name: string): string | undefined => {
    const at = columns.index.get(name)
    return at === undefined ? undefined : (cells[at] as string).trim()
  }
  return flowOfRow(text, featuresLater(line, columns), provenance)
}

/**
 * The ninety numbers of a row are parsed when an engine asks: they cost more than everything else together. A function
 * of its own, so that what is kept is the line and not the cells it was split into.
 */
const featuresLater = (line: string, columns: Columns): FlowRecord['features'] => () => featuresOf(line, columns)

function featuresOf(line: string, columns: Columns): Record<string, number> {
  const cells = splitCsv(line)
  return Object.fromEntries(columns.features.map(([name, at]) => [name, featureOf(cells[at] as string)]))
}
