import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { flowLiteOf, flowRows, zeekLogOf, zeekOf, ZEEK_HEADER, type FlowRow } from '../testing/flow-rows.js'
import { describeLiveSource, type SourceUnderTest } from '../testing/live-source-contract.js'

const folder = mkdtempSync(join(tmpdir(), 'cybermesh-files-'))
afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

let count = 0
const newPath = (): string => join(folder, `flows-${count++}`)

/** Written in two pieces that meet within a line. */
function append(path: string, text: string): Promise<void> {
  const middle = Math.floor(text.length / 2)
  appendFileSync(path, text.slice(0, middle))
  appendFileSync(path, text.slice(middle))
  return Promise.resolve()
}

for (const workers of [1, 3]) describeLiveSource(`a file of flow-lite lines${workers > 1 ? `, with ${workers} workers,` : ''}`, (): Promise<SourceUnderTest> => {
  const path = newPath()
  const lines = (texts: readonly string[]): Promise<void> => append(path, texts.map((text) => `${text}\n`).join(''))
  return Promise.resolve({
    address: { kind: 'file', path }, workers,
    add: (rows) => lines(rows.map(flowLiteOf)),
    async addBad() {
      const good = JSON.parse(flowLiteOf(flowRows(1)[0] as FlowRow)) as object
      const bad = (more: object): string => JSON.stringify({ ...good, ...more })
      await lines(['{"broken', 'x'.repeat(2 * 1024 * 1024), bad({ start: 'soon' }), bad({ fwd_packets: -1 }), bad({ dst_ip: 'here' }), bad({ surprise: 1 }), '{"event_type":"dns"}'])
      return ['bad-time/start', 'bad-number/fwd_packets', 'bad-row/dst_ip', 'bad-row/surprise']
    },
  })
})

describeLiveSource("a conn.log of Zeek", (): Promise<SourceUnderTest> => {
  const path = newPath()
  appendFileSync(path, `${ZEEK_HEADER}\n`)
  const lines = (texts: readonly string[]): Promise<void> => append(path, texts.map((text) => `${text}\n`).join(''))
  return Promise.resolve({
    address: { kind: 'file', path }, fileOf: zeekLogOf,
    add: (rows) => lines(rows.map(zeekOf)),
    async addBad() {
      const cells = zeekOf(flowRows(1)[0] as FlowRow).split('\t')
      await lines([cells.with(0, 'soon').join('\t'), cells.with(2, 'here').join('\t'), cells.with(11, '-').join('\t'), 'half a row'])
      return ['bad-time/ts', 'bad-row/id.orig_h', 'bad-number/orig_pkts', 'bad-row/#fields']
    },
  })
})
