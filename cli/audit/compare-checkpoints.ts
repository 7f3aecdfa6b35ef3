/** Older checkpoints against the newest one. Whichever is smaller must be continued by the other. */
import type { AuditTrust } from '../../audit/notes/audit-keys.js'
import { parseCheckpoint } from '../../audit/notes/checkpoint.js'
import { proveConsistency, verifyConsistency } from '../../audit/tree/consistency.js'
import { AuditFormatError } from '../../audit/errors.js'
import { judgeCheckpoint, type Alarm } from '../../audit/monitor/judge.js'
import { LARGEST_NOTE_BYTES, parseNote } from '../../audit/notes/note.js'
import { openLogCheckpoint, type SignedCheckpoint } from '../../audit/notes/open-checkpoint.js'
import { subtreesFromTiles } from '../../audit/tiles/read-tiles.js'
import { openWitnessMemory } from '../../audit/witness/memory.js'
import { bytesEqual } from '../../domain/bytes.js'
import type { Genesis } from '../../domain/genesis.js'
import { layoutOf } from '../data-folder/layout.js'
import { UserError } from '../shared/user-error.js'
import { lineOfCheckpoint, type CheckpointLine } from './describe-checkpoint.js'
import { readBytes } from '../shared/files.js'
import type { LogSource } from './log-source.js'

export type Kept = { readonly from: string; readonly bytes: Uint8Array }
export type Comparison = {
  readonly from: string
  readonly size: string
  readonly consistent: boolean
  readonly sentence: string
  /** Present where it is not consistent. */
  readonly alarm?: Alarm
}
export type Comparisons = { readonly newest: CheckpointLine; readonly comparisons: readonly Comparison[] }

export const keptCheckpoints = (paths: readonly string[]): Kept[] => paths.map((path) => ({ from: path, bytes: readBytes(path, 'the checkpoint', LARGEST_NOTE_BYTES) }))

/** What each validator of the folder remembers. */
export function witnessedCheckpoints(folder: string, genesis: Genesis): Kept[] {
  const layout = layoutOf(folder)
  return genesis.validators.flatMap(({ name }) => {
    const { checkpoint } = openWitnessMemory(layout.witness(name)).read()
    return checkpoint === undefined ? [] : [{ from: name, bytes: checkpoint }]
  })
}

export async function compareWith(older: readonly Kept[], newestBytes: Uint8Array, trust: AuditTrust, source: LogSource): Promise<Comparisons> {
  const verdict = await judgeCheckpoint(newestBytes, undefined, trust, source.read)
  if (verdict.kind === 'alarm') throw new UserError('NOT_VERIFIED', `the checkpoint of ${source.name} does not hold: ${verdict.sentence}`)
  const newest = verdict.checkpoint
  const comparisons: Comparison[] = []
  for (const kept of older) comparisons.push(await compareOpened(kept.from, openKept(kept, trust, source.name), newest, source))
  return { newest: lineOfCheckpoint(newest), comparisons }
}

/** Who wrote the note in the name of this log, where it was not this log; undefined where it says something else. */
function otherLogKey(bytes: Uint8Array, { origin, log }: AuditTrust): string | undefined {
  try {
    const { text, signatures } = parseNote(bytes)
    if (parseCheckpoint(text).origin !== origin) return undefined
    const own = signatures.filter(({ name }) => name === log.name)
    return own.some(({ keyId }) => keyId === log.keyId) ? undefined : own[0]?.keyId
  } catch (error) {
    if (error instanceof AuditFormatError) return undefined
    throw error
  }
}

/** @param name of the log that it is going to be compared with. Throws UserError where this log did not sign it. */
export function openKept({ from, bytes }: Kept, trust: AuditTrust, name: string): SignedCheckpoint {
  try {
    return openLogCheckpoint(bytes, trust)
  } catch (error) {
    if (!(error instanceof AuditFormatError)) throw error
    const other = otherLogKey(bytes, trust)
    throw other === undefined
      ? new UserError('BAD_CHECKPOINT', `${from} is no checkpoint of this log: ${error.message}`)
      : new UserError('OTHER_RECORDER', `${from} was signed by another log key of this network (${other}; ${name} has ${trust.log.keyId}), that of another recorder. Compare it with the log that this recorder serves: \`--url\` of its API, or \`--data\` of its folder`)
  }
}

/** @param newest already judged. Throws what `read` throws: a log that cannot be asked says nothing yet. */
export async function compareOpened(from: string, kept: SignedCheckpoint, newest: SignedCheckpoint, { read }: LogSource): Promise<Comparison> {
  const said = (sentence: string, alarm?: Alarm): Comparison => ({ from, size: String(kept.size), consistent: alarm === undefined, sentence, ...(alarm === undefined ? {} : { alarm }) })
  if (kept.size === newest.size) return bytesEqual(kept.root, newest.root) ? said('the same tree') : said('another tree of the same size: the log forked', 'fork')
  // A witness may have cosigned what was not published yet; its tiles are on disk before anybody signs.
  const isOlder = kept.size < newest.size
  const [first, second] = isOlder ? [kept, newest] : [newest, kept]
  if (first.size === 0n) return said('the empty tree is continued by every other')
  try {
    const proof = await proveConsistency(first.size, second.size, subtreesFromTiles(second.size, read))
    const check = verifyConsistency({ size1: first.size, root1: first.root, size2: second.size, root2: second.root, proof })
    if (check.ok) return said(isOlder ? 'continued' : 'newer than what is published, and its continuation')
    return said(isOlder ? `the newest tree does not continue it (${check.fault}): the log forked` : `it is larger than the newest tree and no continuation of it (${check.fault}): the log forked or was rolled back`, 'fork')
  } catch (error) {
    if (!(error instanceof AuditFormatError)) throw error
    return isOlder ? said(`cannot be compared: ${error.message}`, 'false-tiles') : said(`it is larger than the newest tree, and the log has no tiles that lead there (${error.message}): the log was rolled back or forked`, 'rollback')
  }
}
