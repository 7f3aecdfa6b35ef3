/** Where the sources refuse something: each such place needs a mutant in which it refuses no more. */
import type { Mutant } from './mutant.js'

/** Files in which every refusal keeps a network safe, sound or bounded. */
export const GUARDED_FILES: readonly string[] = [
  'consensus/core/safety-rules.ts', 'domain/verify-certificate.ts', 'consensus/core/validate-block.ts', 'consensus/core/voting.ts', 'consensus/core/pacemaker.ts',
  'consensus/core/sync-info.ts', 'consensus/core/joining.ts',
]

/** A refusal is a returned reason. */
const REFUSAL = /return (?:fault|refuse)\('([a-z-]+)'\)|return '([a-z-]+)'|: (?:fault|refuse)\('([a-z-]+)'\)/g

export type Refusal = { readonly file: string; readonly reason: string; readonly line: number }

type Span = { readonly from: number; readonly to: number }

/** Refusals that no mutant takes out: an edit must touch the refusal itself, not only what stands near it. */
export function unguarded(file: string, source: string, mutants: readonly Mutant[]): readonly Refusal[] {
  const touched = mutants.flatMap(({ edits }) => edits).filter((edit) => edit.file === file).map(({ from }): Span => {
    const at = source.indexOf(from)
    return { from: at, to: at + from.length }
  })
  return [...source.matchAll(REFUSAL)].flatMap((match) => {
    const { index } = match
    if (touched.some(({ from, to }) => from < index + match[0].length && to > index)) return []
    return [{ file, reason: match[1] ?? match[2] ?? match[3] ?? '', line: source.slice(0, index).split('\n').length }]
  })
}
