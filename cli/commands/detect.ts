/** `cybermesh detect FILE...`: what the detector finds in captures, flow files and tables, without a network or a chain. */
import Table from 'cli-table3'
import type { Command } from 'commander'
import { runPipeline, type PipelineOptions, type PipelineStats } from '../../detector/pipeline.js'
import { SourceError } from '../../detector/sources/errors.js'
import { readTableOnce } from '../shared/table-items.js'
import { UserError } from '../shared/user-error.js'

export type Detection = {
  readonly anomalyId: string
  readonly type: string
  readonly attack: string
  readonly target: string
  readonly targetPort: number
  /** The most active source. */
  readonly source: string
  readonly sources: number
  readonly severity: number
  readonly confidence: number
  /** RFC 3339, capture time. */
  readonly at: string
  readonly why: readonly string[]
}

export type FileReport = {
  readonly path: string
  readonly packets: number
  readonly flows: number
  readonly windows: number
  readonly undecodable: number
  readonly skipped: Readonly<Record<string, number>>
  readonly dropped: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
  readonly detections: readonly Detection[]
}

export type FileFailure = { readonly path: string; readonly error: string; readonly code: string }
export type DetectReport = { readonly files: readonly (FileReport | FileFailure)[] }

/** Reads one file to its end. Throws SourceError when it cannot be read. */
export const detectFile = (path: string, signal?: AbortSignal): Promise<FileReport> => detectIn(path, path, signal)

/** Reads the rows that a table of PostgreSQL has now. Throws SourceError when it cannot be read. */
export async function detectTable(table: TableToRead, signal?: AbortSignal): Promise<FileReport> {
  const warnings: string[] = []
  const report = await detectIn(table.table, () => Promise.resolve(readTableOnce(table, (sentence) => warnings.push(sentence), signal)), signal)
  return { ...report, warnings: [...report.warnings, ...warnings] }
}

export type TableToRead = { readonly url: string; readonly table: string; readonly idColumn?: string | undefined }

async function detectIn(path: string, source: PipelineOptions['source'], signal: AbortSignal | undefined): Promise<FileReport> {
  const detections: Detection[] = []
  const stats = await runPipeline({
    source, replay: { mode: 'asap' }, signal,
    publish: (draft) => {
      detections.push(detectionOf(draft.payload, draft.detectedAtMs))
      return Promise.resolve()
    },
  })
  return reportOf(path, stats, detections)
}

/** Reads every file; one that fails does not keep the others from being read. */
export async function detectFiles(paths: readonly string[], signal?: AbortSignal): Promise<DetectReport> {
  const files: (FileReport | FileFailure)[] = []
  for (const path of paths) files.push(await orFailure(path, detectFile(path, signal)))
  return { files }
}

async function orFailure(path: string, report: Promise<FileReport>): Promise<FileReport | FileFailure> {
  try {
    return await report
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return { path, error: error.message, code: error.code }
  }
}

type Flags = { readonly json?: boolean; readonly postgres?: string; readonly table?: string; readonly idColumn?: string }

async function detectAll(paths: readonly string[], { postgres, table, idColumn }: Flags): Promise<DetectReport> {
  if ((postgres === undefined) !== (table === undefined)) throw new UserError('BAD_OPTION', '--postgres URL and --table NAME go together; give both')
  if (paths.length === 0 && table === undefined) throw new UserError('BAD_OPTION', 'nothing to read; name files, or a table with --postgres URL --table NAME')
  const { files } = await detectFiles(paths)
  if (postgres === undefined || table === undefined) return { files }
  return { files: [...files, await orFailure(table, detectTable({ url: postgres, table, idColumn }))] }
}

export function registerDetect(program: Command): void {
  program
    .command('detect')
    .description('find attacks in captures (pcap, pcapng) and flow files (CICFlowMeter CSV, Suricata EVE JSON)')
    .argument('[file...]', 'files to read; the format is told from the content')
    .option('--postgres <url>', 'a PostgreSQL with a table of flows; PGPASSWORD may hold the password')
    .option('--table <name>', 'the table, with its schema: CICFlowMeter columns in any spelling')
    .option('--id-column <name>', 'a unique column that tells rows of one moment apart, where the table has no primary key')
    .option('--json', 'one JSON object on standard output')
    .action(async (paths: string[], options: Flags) => {
      const report = await detectAll(paths, options)
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : renderReport(report))
      for (const file of report.files) if ('error' in file) process.stderr.write(`${file.error}\n`)
      if (report.files.some((file) => 'error' in file)) process.exitCode = 1
    })
}

export function renderReport(report: DetectReport): string {
  const read = report.files.filter((file): file is FileReport => !('error' in file))
  return read.map(renderFile).join('\n')
}

function renderFile(file: FileReport): string {
  const lines = [`${file.path}: ${file.packets} packets, ${file.flows} flows, ${file.windows} windows, ${file.detections.length} detections`]
  for (const warning of file.warnings) lines.push(`  warning: ${warning}`)
  if (file.detections.length > 0) {
    const table = new Table({ head: ['at', 'type', 'attack', 'target', 'source', 'sev', 'conf', 'why'], style: { head: [], border: [] }, wordWrap: true, colWidths: [26, 19, 18, 24, 18, 5, 7, 60] })
    for (const found of file.detections) {
      const target = found.targetPort === 0 ? found.target : `${found.target} ${found.targetPort}`
      const source = found.sources > 1 ? `${found.sources} sources` : found.source
      table.push([found.at, found.type, found.attack, target, source, found.severity, found.confidence.toFixed(2), found.why[0] ?? ''])
    }
    lines.push(table.toString())
  }
  return `${lines.join('\n')}\n`
}

/** The table shows what is published, so it is read back from the payload. */
function detectionOf(payload: Uint8Array, detectedAtMs: number): Detection {
  const fields = JSON.parse(new TextDecoder().decode(payload)) as {
    anomaly_id: string; threat_type: string; attack: string; dst_ip: string; dst_port: number; src_ip: string
    severity: number; confidence: number; why: string[]; features: { unique_sources?: number; sources?: number }
  }
  return {
    anomalyId: fields.anomaly_id, type: fields.threat_type, attack: fields.attack,
    target: fields.dst_ip, targetPort: fields.dst_port, source: fields.src_ip,
    sources: fields.features.unique_sources ?? fields.features.sources ?? 1,
    severity: fields.severity, confidence: fields.confidence, at: new Date(detectedAtMs).toISOString(), why: fields.why,
  }
}

function reportOf(path: string, stats: PipelineStats, detections: readonly Detection[]): FileReport {
  return {
    path, packets: stats.packets, flows: stats.flows, windows: stats.windows, undecodable: stats.undecodable,
    skipped: stats.skipped, dropped: stats.dropped, warnings: stats.notices.map((notice) => notice.message), detections,
  }
}
