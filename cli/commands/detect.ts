/** `cybermesh detect FILE...`: what the detector finds in captures, flow files and tables, without a network or a chain. */
import Table from 'cli-table3'
import type { Command } from 'commander'
import { defaultEngines } from '../../detector/engines/default-engines.js'
import { modelEngine, type ModelCounts } from '../../detector/engines/models/model-engine.js'
import type { LoadedModel } from '../../detector/models/model-folder.js'
import { openAllShipped } from '../../detector/models/shipped.js'
import { runPipeline, type PipelineOptions, type PipelineStats } from '../../detector/pipeline.js'
import { SourceError } from '../../detector/sources/errors.js'
import { MAX_WORKERS } from '../../detector/shards/share.js'
import { count } from '../shared/count-option.js'
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
  /** What trained models make of the worst flow towards the target, where they were asked. */
  readonly opinions?: readonly Opinion[]
}

type Opinion = { readonly model: string; readonly margin: number; readonly crossed: boolean; readonly domain: string; readonly p_benign?: number; readonly p_attack?: number }

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
  /** What trained models said of the flows, where they were asked; none of it made a detection. */
  readonly shadow?: readonly ModelCounts[]
}

export type FileFailure = { readonly path: string; readonly error: string; readonly code: string }
export type DetectReport = { readonly files: readonly (FileReport | FileFailure)[] }

/** Reads one file to its end, with trained models in shadow where some are given. Throws SourceError when it cannot be read. */
export const detectFile = (path: string, signal?: AbortSignal, models: readonly LoadedModel[] = [], workers = 1): Promise<FileReport> => detectIn(path, path, signal, models, workers)

/** Reads the rows that a table of PostgreSQL has now. Throws SourceError when it cannot be read. */
export async function detectTable(table: TableToRead, signal?: AbortSignal, models: readonly LoadedModel[] = [], workers = 1): Promise<FileReport> {
  const warnings: string[] = []
  const report = await detectIn(table.table, () => Promise.resolve(readTableOnce(table, (sentence) => warnings.push(sentence), signal)), signal, models, workers)
  return { ...report, warnings: [...report.warnings, ...warnings] }
}

export type TableToRead = { readonly url: string; readonly table: string; readonly idColumn?: string | undefined }

async function detectIn(path: string, source: PipelineOptions['source'], signal: AbortSignal | undefined, models: readonly LoadedModel[], workers: number): Promise<FileReport> {
  const detections: Detection[] = []
  const shadow = models.length > 0 ? modelEngine(models) : undefined
  const stats = await runPipeline({
    source, replay: { mode: 'asap' }, signal, workers, engines: [...defaultEngines(), ...(shadow === undefined ? [] : [shadow])],
    publish: (draft) => {
      detections.push(detectionOf(draft.payload, draft.detectedAtMs))
      return Promise.resolve()
    },
  })
  return { ...reportOf(path, stats, detections), ...(shadow === undefined ? {} : { shadow: shadow.counts() }) }
}

/** Reads every file; one that fails does not keep the others from being read. */
export async function detectFiles(paths: readonly string[], signal?: AbortSignal, models: readonly LoadedModel[] = [], workers = 1): Promise<DetectReport> {
  const files: (FileReport | FileFailure)[] = []
  for (const path of paths) files.push(await orFailure(path, detectFile(path, signal, models, workers)))
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

type Flags = { readonly json?: boolean; readonly postgres?: string; readonly table?: string; readonly idColumn?: string; readonly models?: boolean; readonly workers: number }

async function detectAll(paths: readonly string[], { postgres, table, idColumn, models, workers }: Flags): Promise<DetectReport> {
  if ((postgres === undefined) !== (table === undefined)) throw new UserError('BAD_OPTION', '--postgres URL and --table NAME go together; give both')
  if (paths.length === 0 && table === undefined) throw new UserError('BAD_OPTION', 'nothing to read; name files, or a table with --postgres URL --table NAME')
  const asked = models === true ? openAllShipped() : []
  const { files } = await detectFiles(paths, undefined, asked, workers)
  if (postgres === undefined || table === undefined) return { files }
  return { files: [...files, await orFailure(table, detectTable({ url: postgres, table, idColumn }, undefined, asked, workers))] }
}

export function registerDetect(program: Command): void {
  program
    .command('detect')
    .description('find attacks in captures (pcap, pcapng) and flow files (CICFlowMeter CSV, Suricata EVE JSON, Zeek conn.log, flow-lite lines)')
    .argument('[file...]', 'files to read; the format is told from the content')
    .option('--postgres <url>', 'a PostgreSQL with a table of flows; PGPASSWORD may hold the password')
    .option('--table <name>', 'the table, with its schema: CICFlowMeter columns in any spelling')
    .option('--id-column <name>', 'a unique column that tells rows of one moment apart, where the table has no primary key')
    .option('--models', 'ask the trained models too, in shadow: what they say is counted and makes no detection')
    .option('--workers <n>', 'threads that count what is read; what is found does not depend on it', count(1, MAX_WORKERS), 1)
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
      table.push([found.at, found.type, found.attack, target, source, found.severity, found.confidence.toFixed(2), sentenceOf(found)])
    }
    lines.push(table.toString())
  }
  for (const { name, judged, crossed, fired, unfilled, domain, batches, batchesOutside } of file.shadow ?? []) {
    lines.push(`  in shadow, ${name}: ${crossed} of ${judged} flows above its threshold, ${fired} while the traffic was in domain (${domain}, ${batchesOutside} of ${batches} batches outside), ${unfilled} flows without features`)
  }
  return `${lines.join('\n')}\n`
}

/** The first reason, and what models say beside it. */
const sentenceOf = ({ why, opinions = [] }: Detection): string => [why[0] ?? '', ...opinions.map(sayOpinion)].join('; ')

/** A p-value says how many flows of its class look as strange; where the traffic is not known that is no measure. */
function sayOpinion({ model, crossed, domain, p_benign: benign, p_attack: attack }: Opinion): string {
  const found = `${model} ${crossed ? 'would flag' : 'would not flag'} the worst flow`
  const usual = benign === undefined || attack === undefined ? '' : ` (p ${benign.toFixed(3)} as benign, ${attack.toFixed(3)} as attack)`
  return `${found}${usual}${domain === 'inside' ? '' : ', on traffic that it does not know'}`
}

/** The table shows what is published, so it is read back from the payload. */
function detectionOf(payload: Uint8Array, detectedAtMs: number): Detection {
  const fields = JSON.parse(new TextDecoder().decode(payload)) as {
    anomaly_id: string; threat_type: string; attack: string; dst_ip: string; dst_port: number; src_ip: string
    severity: number; confidence: number; why: string[]; features: { unique_sources?: number; sources?: number }; model_opinions?: readonly Opinion[]
  }
  return {
    anomalyId: fields.anomaly_id, type: fields.threat_type, attack: fields.attack,
    target: fields.dst_ip, targetPort: fields.dst_port, source: fields.src_ip,
    sources: fields.features.unique_sources ?? fields.features.sources ?? 1,
    severity: fields.severity, confidence: fields.confidence, at: new Date(detectedAtMs).toISOString(), why: fields.why,
    ...(fields.model_opinions === undefined ? {} : { opinions: fields.model_opinions }),
  }
}

function reportOf(path: string, stats: PipelineStats, detections: readonly Detection[]): FileReport {
  return {
    path, packets: stats.packets, flows: stats.flows, windows: stats.windows, undecodable: stats.undecodable,
    skipped: stats.skipped, dropped: stats.dropped, warnings: stats.notices.map((notice) => notice.message), detections,
  }
}
