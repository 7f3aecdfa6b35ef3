/**
 * A mutant is the product with one rule taken out: a named list of changes to its sources, applied while they are loaded
 * for a test and nowhere else. The product build knows nothing of it, and no file is touched.
 */

/** One place in one file; `from` stands there exactly once. */
export type Edit = { readonly file: string; readonly from: string; readonly to: string }

export type Mutant = {
  /** What is wrong now, as a sentence. */
  readonly name: string
  readonly edits: readonly Edit[]
  /** A scenario of sim/scenarios that must notice: run instead of the unit tests where there is one. */
  readonly scenario?: string
  /** Unit test files that must notice, and optionally a pattern of the test names in them. */
  readonly tests?: readonly string[]
  readonly only?: string
}

export type Killers = Pick<Mutant, 'scenario' | 'tests' | 'only'>

export const edit = (file: string, from: string, to: string): Edit => ({ file, from, to })

/** Takes a `return …` out: the condition before it is still computed, and nothing comes of it. */
export const ignore = (file: string, returned: string, after = ''): Edit => edit(file, `return ${returned}${after}`, `void 0${after}`)

export const mutant = (name: string, edits: Edit | readonly Edit[], killers: Killers): Mutant =>
  ({ name, edits: Array.isArray(edits) ? edits as readonly Edit[] : [edits as Edit], ...killers })

/** Test files of consensus/core by name, others by path. */
export const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => (name.includes('/') ? name : `consensus/core/${name}.test.ts`))

export class MutantError extends Error {
  constructor(readonly file: string, readonly from: string, readonly found: number) {
    super(`${file} holds «${from}» ${found} times, not once: the mutant must follow the source`)
    this.name = 'MutantError'
  }
}

/** Throws MutantError where an edit no longer fits the source. */
export function applyEdits(file: string, source: string, edits: readonly Edit[]): string {
  return edits.filter((one) => one.file === file).reduce((text, { from, to }) => {
    const found = text.split(from).length - 1
    if (found !== 1) throw new MutantError(file, from, found)
    return text.replace(from, () => to)
  }, source)
}
