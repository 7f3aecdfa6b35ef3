/** What validators cosigned last against what the log shows a monitor: a log that shows them another tree is caught. */
import type { Alarm } from '../../audit/monitor/judge.js'
import type { AuditTrust } from '../../audit/notes/audit-keys.js'
import type { SignedCheckpoint } from '../../audit/notes/open-checkpoint.js'
import { UserError } from '../shared/user-error.js'
import { compareOpened, openKept } from './compare-checkpoints.js'
import type { KnownWitness } from './known-witnesses.js'
import type { LogSource } from './log-source.js'

/** A note, or why there is none. */
export type WitnessAnswer = { readonly name: string } & ({ readonly note: Uint8Array } | { readonly silence: string })

export type WitnessWord = {
  readonly witness: string
  /** Whether the trees continue each other; undefined where the witness said nothing that could be compared. */
  readonly agrees: boolean | undefined
  readonly size?: string
  readonly sentence: string
}

export type Contradiction = { readonly kind: Alarm; readonly sentence: string; readonly witness: string; readonly note: Uint8Array }

/** All at once. One that cannot be asked is no word about the log. */
export const askWitnesses = (witnesses: readonly KnownWitness[]): Promise<readonly WitnessAnswer[]> => Promise.all(witnesses.map(async ({ name, ask }) => {
  try {
    const note = await ask()
    return note === undefined ? { name, silence: 'it has cosigned no checkpoint of this log' } : { name, note }
  } catch (error) {
    return { name, silence: error instanceof Error ? error.message : String(error) }
  }
}))

/** @param newest what the log shows, already judged. Throws what reading the tiles throws: a log that cannot be asked. */
export async function compareWitnesses(answers: readonly WitnessAnswer[], newest: SignedCheckpoint, trust: AuditTrust, source: LogSource): Promise<{ readonly words: readonly WitnessWord[]; readonly contradictions: readonly Contradiction[] }> {
  const words: WitnessWord[] = []
  const contradictions: Contradiction[] = []
  for (const answer of answers) {
    if ('silence' in answer) {
      words.push({ witness: answer.name, agrees: undefined, sentence: answer.silence })
      continue
    }
    try {
      const kept = openKept({ from: answer.name, bytes: answer.note }, trust, source.name)
      const [cosigner] = kept.cosigners
      const witness = cosigner === undefined || cosigner.validator === answer.name ? answer.name : `${cosigner.validator} (${answer.name})`
      const { size, consistent, sentence, alarm } = await compareOpened(witness, kept, newest, source)
      words.push({ witness, agrees: consistent, size, sentence })
      if (alarm !== undefined) contradictions.push({ kind: alarm, sentence: `${witness} cosigned ${size} entries, the log shows ${newest.size}: ${sentence}`, witness, note: answer.note })
    } catch (error) {
      // Not signed by this log: no word about it.
      if (!(error instanceof UserError)) throw error
      words.push({ witness: answer.name, agrees: undefined, sentence: error.message })
    }
  }
  return { words, contradictions }
}

/** One line, which stays the same while nothing but sizes change. */
export function renderWords(words: readonly WitnessWord[]): string {
  const agreeing = words.filter(({ agrees }) => agrees === true).length
  return [`${agreeing} of ${words.length} validators asked agree`, ...words.filter(({ agrees }) => agrees === undefined).map(({ witness, sentence }) => `${witness}: ${sentence}`)].join('; ')
}
