/** Looks at a log again and again and compares what it shows with what it showed, and with what validators cosigned. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseCheckpoint } from '../../audit/notes/checkpoint.js'
import { AuditFormatError } from '../../audit/errors.js'
import { judgeCheckpoint, type Alarm } from '../../audit/monitor/judge.js'
import { openSeen } from '../../audit/monitor/seen.js'
import { parseNote } from '../../audit/notes/note.js'
import { UserError } from '../shared/user-error.js'
import { askWitnesses, compareWitnesses, renderWords, type WitnessWord } from './compare-witnesses.js'
import type { KnownWitness } from './known-witnesses.js'
import { readCheckpoint, readTrust, type LogSource } from './log-source.js'

export type WatchOptions = {
  readonly state: string
  readonly everyMs: number
  readonly isOnce: boolean
  readonly signal: AbortSignal
  /** Asked for at each look. */
  readonly witnesses: () => Promise<readonly KnownWitness[]>
  readonly say: (line: string) => void
}

export type Watched = {
  /** Checkpoints that were looked at. */
  readonly seen: number
  /** What came of the witnesses at the newest look at which the log was fine by itself; empty where none is known. */
  readonly witnesses: readonly WitnessWord[]
  readonly alarm: { readonly kind: Alarm; readonly sentence: string; readonly evidence: string } | undefined
}

export async function watchLog(source: LogSource, { state, everyMs, isOnce, signal, witnesses, say }: WatchOptions): Promise<Watched> {
  const kept = openSeen(state)
  let seen = 0
  let words: readonly WitnessWord[] = []
  let wordsSaid: string | undefined
  while (!signal.aborted) {
    try {
      const trust = await readTrust(source)
      // It was checked when it was accepted.
      const before = kept.newest()
      // The witnesses first: what they cosigned by then is hardly ever ahead of what the log shows after it.
      const answers = await askWitnesses(await witnesses())
      const bytes = await readCheckpoint(source)
      const verdict = await judgeCheckpoint(bytes, before === undefined ? undefined : parseCheckpoint(parseNote(before).text), trust, source.read)
      seen += 1
      if (verdict.kind !== 'same') kept.record(bytes, verdict.kind === 'alarm' ? verdict.alarm : verdict.kind, new Date())
      if (verdict.kind === 'alarm') {
        say(`ALARM (${verdict.alarm}): ${verdict.sentence}`)
        return { seen, witnesses: words, alarm: { kind: verdict.alarm, sentence: verdict.sentence, evidence: kept.folder } }
      }
      const compared = await compareWitnesses(answers, verdict.checkpoint, trust, source)
      words = compared.words
      for (const { kind, sentence, witness, note } of compared.contradictions) {
        kept.record(note, kind, new Date(), witness)
        say(`ALARM (${kind}): ${sentence}`)
      }
      const [contradiction] = compared.contradictions
      // What a witness contradicts is recorded, never accepted.
      if (contradiction !== undefined) return { seen, witnesses: words, alarm: { kind: contradiction.kind, sentence: contradiction.sentence, evidence: kept.folder } }
      kept.accept(bytes)
      if (verdict.kind !== 'same') say(`${String(verdict.checkpoint.size)} entries, ${verdict.checkpoint.cosigners.length} validators cosigned${verdict.kind === 'grown' ? `, ${verdict.by} more than before` : ''}`)
      const line = words.length === 0 ? undefined : renderWords(words)
      if (line !== undefined && line !== wordsSaid) say(line)
      wordsSaid = line
    } catch (error) {
      // A log that is away says nothing about itself; whoever looks once wants to know.
      if (isOnce || !(error instanceof Error) || !isPassing(error)) throw error
      say(error.message)
    }
    if (isOnce) break
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
  return { seen, witnesses: words, alarm: undefined }
}

const isPassing = (error: Error): boolean => (error instanceof UserError ? error.code === 'UNREACHABLE' || error.code === 'NO_CHECKPOINT' : !(error instanceof AuditFormatError))
