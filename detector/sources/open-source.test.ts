import { describe, expect, it } from 'vitest'
import { pcap, pcapng } from '../testing/bytes.js'
import { tempFile } from '../testing/files.js'
import { openSource } from './open-source.js'
import { readLines, MAX_LINE_BYTES } from './lines.js'
import { FileBytes } from './file-bytes.js'

describe('opening a source', () => {
  it('tells the format from the content, whatever the name', async () => {
    const formats = []
    for (const content of [pcap([]), pcapng([]), ' {"event_type":"flow"}\n', '{"ts":1,"id.orig_h":"10.0.0.1"}\n', '{"schema":"flow-lite/1"}\n', '\uFEFFSrc IP,Flow Duration,Tot Fwd Pkts\n']) {
      const opened = await openSource(tempFile(content, 'capture.pcap'))
      formats.push(opened.format)
      await opened.items.return(undefined)
    }
    expect(formats).toEqual(['pcap', 'pcapng', 'eve-json', 'zeek-json', 'flow-lite', 'cicflowmeter-csv'])
  })

  const refusals: readonly (readonly [string, string, string])[] = [
    ['EMPTY_FILE', tempFile(''), 'record the capture again'],
    ['COMPRESSED_FILE', tempFile(Buffer.from([0x1f, 0x8b, 8, 0, 0])), 'unpack it first'],
    ['UNKNOWN_FORMAT', tempFile('hello\nworld\n'), 'give a pcap'],
    ['UNREADABLE_FILE', '/nowhere/at-all.pcap', 'check the path'],
    ['UNREADABLE_FILE', import.meta.dirname, 'this is a folder'],
  ]
  for (const [code, path, advice] of refusals) {
    it(`refuses with ${code} and says what to do: ${advice}`, async () => {
      await expect(openSource(path)).rejects.toMatchObject({ code, message: expect.stringContaining(advice) as string })
    })
  }

  it('passes over a line longer than the limit without holding it', async () => {
    const file = await FileBytes.open(tempFile(`short\n${'x'.repeat(MAX_LINE_BYTES * 3)}\nlast`))
    const lines = []
    for await (const some of readLines(file)) lines.push(...some)
    await file.close()
    expect(lines).toEqual([{ kind: 'line', text: 'short' }, { kind: 'too-long' }, { kind: 'line', text: 'last' }])
  })
})
