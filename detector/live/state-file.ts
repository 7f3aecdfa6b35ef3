/**
 * What a detector must remember to go on after a crash: how far its source is settled, which incidents it published,
 * and which it was about to publish. One small file, written whole and flushed before anything relies on it.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { takeLock } from '../../platform/process-lock.js'
import { syncFolder } from '../../platform/sync-folder.js'
import { SourceError } from '../sources/errors.js'

const known = z.strictObject({ key: z.string(), anomalyId: z.string(), openedMs: z.number(), source: z.string() })
const draft = z.strictObject({
  anomalyId: z.string(), type: z.string(), source: z.string(), severity: z.number(), confidence: z.number(),
  /** JSON text, as it is published. */
  payload: z.string(), modelVersion: z.string(), detectedAtMs: z.number(),
})
const stateSchema = z.strictObject({
  version: z.literal(1),
  /** The name of the source that the position belongs to. */
  source: z.string(),
  position: z.unknown().optional(),
  /** Incidents that are in the outbox or were published, of the time that may be read again. */
  incidents: z.array(known),
  /** Signed and sent before anything else happens: a crash came between the decision and the topic's answer. */
  outbox: z.array(draft),
})

export type LiveState = z.output<typeof stateSchema>
export type StateFile = {
  readonly state: LiveState
  /** Durable when it returns. */
  save(state: LiveState): void
  close(): void
}

/** Opens or begins the state of `source`. Throws SourceError where it is damaged, another source's or in use. */
export function openStateFile(path: string, source: string): StateFile {
  mkdirSync(dirname(path), { recursive: true })
  const lock = takeLock(`${path}.lock`)
  if (!lock.ok) throw new SourceError('POSITION_IN_USE', path, `another detector (process ${lock.pid ?? 'unknown'}) goes on from this file; give each detector a file of its own`)
  try {
    return { state: readState(path, source), save: (state) => writeWhole(path, JSON.stringify(state)), close: lock.release }
  } catch (error) {
    lock.release()
    throw error
  }
}

function readState(path: string, source: string): LiveState {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, source, position: undefined, incidents: [], outbox: [] }
    throw new SourceError('POSITION_DAMAGED', path, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); check its permissions`, { cause: error })
  }
  const parsed = stateSchema.safeParse(jsonOf(text))
  if (!parsed.success) throw new SourceError('POSITION_DAMAGED', path, `is not a position file (${parsed.error.issues[0]?.path.join('.') || 'not JSON'}); restore it, or remove it to read from the beginning and publish again what is found`)
  if (parsed.data.source !== source) throw new SourceError('POSITION_OF_ANOTHER', path, `belongs to ${parsed.data.source}, and this is ${source}; name another file`)
  return parsed.data
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function writeWhole(path: string, content: string): void {
  const next = `${path}.new`
  const file = openSync(next, 'w', 0o600)
  try {
    const bytes = Buffer.from(content)
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(next, path)
  syncFolder(dirname(path))
}
