/** Where the sources refuse something: each such place needs a mutant in which it refuses no more. */
import type { Mutant } from './mutant.js'

/** Files in which every refusal keeps a network safe, sound or bounded. */
export const GUARDED_FILES: readonly string[] = [
  'consensus/core/safety-rules.ts', 'domain/verify-certificate.ts', 'consensus/core/validate-block.ts', 'consensus/core/voting.ts', 'consensus/core/pacemaker.ts',
]

/** A refusal is a returned reason. */
const REFUSAL = /return (?:fault|refuse)\('([a-z-]+)'\)|return '([a-z-]+)'|: (?:fault|refuse)\('([a-z-]+)'\)/g

export type Refusal = { readonly file: string; readonly reason: string; readonly line: number }

export const refusalsIn = (file: string, source: string): readonly Refusal[] =>
  [...source.matchAll(REFUSAL)].map((match) => ({ file, reason: match[1] ?? match[2] ?? match[3] ?? '', line: lineOf(source, match.index) }))

/** Refusals that no mutant takes out. */
export function unguarded(file: string, source: string, mutants: readonly Mutant[]): readonly Refusal[] {
  const touched = new Set(mutants.flatMap(({ edits }) => edits).filter((edit) => edit.file === file).flatMap(({ from }) => linesOf(source, from)))
  return refusalsIn(file, source).filter(({ line }) => !touched.has(line))
}

const lineOf = (source: string, index: number): number => source.slice(0, index).split('\n').length

function linesOf(source: string, from: string): readonly number[] {
  const at = source.indexOf(from)
  if (at === -1) return []
  const first = lineOf(source, at)
  return Array.from({ length: from.split('\n').length }, (_, i) => first + i)
}
