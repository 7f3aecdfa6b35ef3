import { Command } from 'commander'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { registerDetect } from './detect.js'
import { ethernet, ipv4, pcap, tcp } from '../../detector/testing/bytes.js'
import { SHIPPED_MODELS } from '../../detector/models/shipped.js'
import { tempFile } from '../../detector/testing/files.js'
import { packageFile } from '../../platform/package-root.js'

async function detect(...args: string[]): Promise<{ out: string; err: string; exitCode: number | string | undefined }> {
  let out = ''
  let err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => { out += String(text); return true })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => { err += String(text); return true })
  const program = new Command().exitOverride()
  registerDetect(program)
  await program.parseAsync(['detect', ...args], { from: 'user' })
  vi.restoreAllMocks()
  const { exitCode } = process
  return { out, err, exitCode: exitCode ?? undefined }
}

const flood = pcap(Array.from({ length: 300 }, (_, i) => ({
  timeMs: 1_700_000_000_000 + i, bytes: ethernet(0x0800, ipv4(tcp(2, { sourcePort: i + 1 }), { source: `10.1.0.${i % 100}` })),
})))

describe('cybermesh detect', () => {
  afterEach(() => { process.exitCode = 0; vi.restoreAllMocks() })

  it('prints one JSON object with a report for each file', async () => {
    const { out, exitCode } = await detect(tempFile(flood, 'flood.pcap'), tempFile(pcap([]), 'quiet.pcap'), '--json')
    const report = JSON.parse(out) as { files: { packets: number; detections: unknown[] }[] }
    expect(report.files).toMatchObject([{ packets: 300, flows: 300, windows: 1, detections: [{ type: 'ddos', attack: 'syn_flood', target: '10.0.0.2', targetPort: 80 }] }, { packets: 0, detections: [] }])
    expect(exitCode ?? 0).toBe(0)
  })

  it('finds the same with workers, and refuses to have none', async () => {
    const file = tempFile(flood, 'flood.pcap')
    const found = async (...more: string[]): Promise<string> => (await detect(file, '--json', ...more)).out.replace(/"anomalyId":"[^"]*"/g, '')
    expect(await found('--workers', '3')).toBe(await found())
    await expect(detect(file, '--workers', '0')).rejects.toThrow('must be a whole number from 1 to 16')
  })

  it('prints a table for people, with the reason', async () => {
    const { out } = await detect(tempFile(flood, 'flood.pcap'))
    expect(out).toContain('300 packets, 300 flows, 1 windows, 1 detections')
    expect(out).toContain('syn_flood')
    expect(out).toContain('100 sources')
    expect(out).toContain('300 SYN in a second')
  })

  it('reads the other files when one cannot be read, says why in one sentence and fails', async () => {
    const { out, err, exitCode } = await detect('/nowhere/at-all.pcap', tempFile(flood), '--json')
    expect(err).toBe('/nowhere/at-all.pcap: the file does not exist; check the path\n')
    expect((JSON.parse(out) as { files: unknown[] }).files).toMatchObject([{ code: 'UNREADABLE_FILE' }, { packets: 300 }])
    expect(exitCode).toBe(1)
  })

  it('warns of a cut capture and still reports what it holds', async () => {
    const { out, exitCode } = await detect(tempFile(flood.subarray(0, flood.length - 10)))
    expect(out).toContain('warning: the capture is cut at byte')
    expect(out).toContain('syn_flood')
    expect(exitCode ?? 0).toBe(0)
  })

  it('says in the sentence of an alert what trained models make of it, and that they do not know this traffic', async () => {
    const { out } = await detect('--models', packageFile('detector/samples/lab.pcap'), '--json')
    const [{ detections }] = (JSON.parse(out) as { files: [{ detections: { opinions?: { model: string; domain: string }[] }[] }] }).files
    const said = detections.flatMap(({ opinions = [] }) => opinions)
    expect(new Set(said.map(({ model }) => model))).toEqual(new Set(SHIPPED_MODELS))
    expect(said.every(({ domain }) => domain !== 'inside')).toBe(true)
    const { out: table } = await detect('--models', packageFile('detector/samples/lab.pcap'))
    expect(table.replace(/[\s│]+/g, ' ')).toMatch(/ddos-flow would (not )?flag the worst flow.+on traffic that it does not know/)
  }, 60_000)
})
