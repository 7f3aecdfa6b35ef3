/** What a check says: a level, and a sentence that says what is so and, where something is wrong, what to do. */
export type Level = 'ok' | 'warn' | 'fail'

export type Finding = {
  /** What was checked, such as `votes` or `chain validator-2`. */
  readonly check: string
  readonly level: Level
  readonly sentence: string
}

const finding = (level: Level) => (check: string, sentence: string): Finding => ({ check, level, sentence })

export const ok = finding('ok')
export const warn = finding('warn')
export const fail = finding('fail')

const SHOWN = 3

/** The first few faults in words, and how many more there are. */
export const listed = (faults: readonly string[]): string =>
  faults.length <= SHOWN ? faults.join('; ') : `${faults.slice(0, SHOWN).join('; ')}; and ${faults.length - SHOWN} more`

/** `1 vote`, `2 votes`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`
