/** An error for a person: one sentence that says what is wrong and what to do. Printed without a stack. */
export class UserError extends Error {
  constructor(readonly code: string, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'UserError'
  }
}

/** Errors of the rooms below carry a code and a sentence of their own; anything else is a defect and keeps its stack. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  if (code === 'ENOSPC') return 'the disk is full; free some space and start again, nothing recorded is lost'
  return typeof code === 'string' ? error.message : (error.stack ?? error.message)
}
