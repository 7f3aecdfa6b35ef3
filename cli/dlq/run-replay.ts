/** Replays dead letters of a data folder: what can be let in now is sent, once; the rest says why it is not. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { UnixMillis } from '../../domain/ids.js'
import type { Origin } from '../../domain/receipt.js'
import { findReplays, forecast, originText, replay, type Forecast, type ReceivedLetter, type Transport } from '../../ingest/index.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import type { DataFolder } from '../data-folder/open.js'
import { holdLock } from '../shared/process-lock.js'
import type { Progress } from '../shared/progress.js'
import { readFolderState } from '../shared/running.js'
import { openLogOf } from '../shared/stopped-folder.js'
import { createFateReader, type Fate, type FateReader } from './fates.js'
import { nameOf } from './open-letters.js'

export type ReplayLine = {
  /** The letter. */
  readonly letter: string
  /** Where the refused message lies. */
  readonly origin: string
  readonly code: string
  /** `committed`: a quorum has it already. `before`: it was sent by an earlier replay. */
  readonly outcome: 'sent' | 'before' | 'committed' | 'held-back'
  /** Where the message lies again; null where it was not sent. */
  readonly at: string | null
  readonly sentence: string
}

export type ReplayOptions = {
  /** Sends also what will be refused again. */
  readonly anyway: boolean
  /** How long to wait for what becomes of it, where the mesh runs. */
  readonly waitMs: number
}

export async function runReplay(data: DataFolder, transport: Transport, letters: readonly ReceivedLetter[], { anyway, waitMs }: ReplayOptions, progress: Progress): Promise<readonly ReplayLine[]> {
  // Two at once would each not see what the other sends.
  const lock = holdLock(join(data.layout.folder, 'dlq.lock'), 'a replay of dead letters')
  const log = await openLogOf(data)
  try {
    const fates = createFateReader(log, data.genesis, letters.map(({ messageHash }) => messageHash))
    await fates.readOn()
    const known = await findReplays(transport, letters)
    const [rules, verify] = [fates.rules(), createVerifier()]
    const foresee = (letter: ReceivedLetter): Forecast => forecast(letter, Date.now() as UnixMillis, rules, verify)
    const held = new Map(letters.map((letter) => [letter, holdBack(letter, fates.of(letter.messageHash), known, foresee, anyway)] as const))
    const { sent } = await replay(transport, letters.filter((letter) => held.get(letter) === undefined), known)
    const isRunning = (await readFolderState(data.layout)).kind === 'running'
    if (isRunning && sent.size > 0) await settled(letters, sent, fates, waitMs, progress)
    return letters.map((letter): ReplayLine => {
      const own = { letter: nameOf(letter), origin: originText(letter.origin), code: letter.code }
      const kept = held.get(letter)
      if (kept !== undefined) return { ...own, ...kept }
      const place = sent.get(own.origin) as Origin
      return { ...own, outcome: 'sent', at: originText(place), sentence: afterwards(fates.of(letter.messageHash), place, isRunning) }
    })
  } finally {
    await log.close()
    lock.release()
  }
}

/** Why a letter is not sent, or undefined. */
function holdBack(letter: ReceivedLetter, fates: readonly Fate[], known: ReadonlyMap<string, Origin>, foresee: (letter: ReceivedLetter) => Forecast, anyway: boolean): Omit<ReplayLine, 'letter' | 'origin' | 'code'> | undefined {
  if (fates.some(({ state }) => state === 'COMMITTED')) return { outcome: 'committed', at: null, sentence: 'is committed already' }
  const before = known.get(originText(letter.origin))
  if (before !== undefined) return { outcome: 'before', at: originText(before), sentence: `was replayed before: ${afterwards(fates, before, true)}` }
  if (!letter.isSigned) return { outcome: 'held-back', at: null, sentence: 'is not signed by a recorder of this genesis; whoever wrote it may publish the message himself' }
  const expected = foresee(letter)
  if (expected.kind === 'passes' || (anyway && expected.kind !== 'not-kept')) return undefined
  return { outcome: 'held-back', at: null, sentence: inWords(expected) }
}

const timeOf = (millis: number): string => new Date(millis).toISOString()

const heightsOf = ({ below }: { readonly below?: number }): string => (below === undefined ? '' : `, while a block below height ${below} can still carry it`)

export function inWords(expected: Forecast): string {
  switch (expected.kind) {
    case 'passes': return `can be replayed until ${timeOf(expected.until)}${heightsOf(expected)}`
    case 'later': return `would be refused now: its time has not come; replay it from ${timeOf(expected.from)} until ${timeOf(expected.until)}${heightsOf(expected)}`
    case 'refused': return `would be refused again (${expected.code}: ${expected.reason})`
    case 'not-kept': return 'its message was too large to be kept, or was changed; the bytes are only at the place of the original'
  }
}

const isAt = (fate: Fate, place: Origin): boolean => fate.origin !== null && originText(fate.origin) === originText(place)

function afterwards(fates: readonly Fate[], place: Origin, isRunning: boolean): string {
  const committed = fates.find(({ state }) => state === 'COMMITTED')
  if (committed !== undefined) return `${committed.kind} ${committed.id} is COMMITTED`
  const copy = fates.find((fate) => isAt(fate, place))
  if (copy?.state === 'REJECTED') return `it was refused again (${copy.code ?? 'no code'}) and has a dead letter of its own, which may be replayed`
  const failed = fates.find(({ state, origin }) => state === 'REJECTED' && origin === null)
  if (failed !== undefined) return `a block carries it, and it failed (${failed.code ?? 'no code'})`
  if (copy !== undefined) return `it stands at ${copy.state}`
  return isRunning ? 'the recorder has not read it yet' : 'it is read when `cybermesh up` runs; its time must not have passed by then'
}

/** Waits until each was decided, or the time is up. */
async function settled(letters: readonly ReceivedLetter[], sent: ReadonlyMap<string, Origin>, fates: FateReader, waitMs: number, progress: Progress): Promise<void> {
  const due = letters.filter(({ origin }) => sent.has(originText(origin)))
  const deadline = Date.now() + waitMs
  for (;;) {
    await fates.readOn()
    const open = due.filter(({ origin, messageHash }) => !fates.of(messageHash).some((fate) =>
      fate.state === 'COMMITTED' || (fate.state === 'REJECTED' && fate.origin === null) || (fate.state === 'REJECTED' && isAt(fate, sent.get(originText(origin)) as Origin)))).length
    if (open === 0 || Date.now() > deadline) return
    progress.show(`${due.length - open} of ${due.length} are decided`)
    await sleep(200)
  }
}
