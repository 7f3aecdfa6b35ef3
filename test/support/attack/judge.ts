/** What an attack must not achieve, as sentences about a report; none means that it achieved nothing. */
import type { IntakeAttackReport } from './run-intake-attack.js'
import type { MeshAttackReport } from './run-mesh-attack.js'

const LEAST_KEPT = 0.5
/** What comes after the first tenth, which fills caches and pools, must not grow. */
const MOST_GROWN_MB = 60
const MOST_GROWN_PROCESS_MB = 150

const slow = (kept: number): readonly string[] => (kept < LEAST_KEPT ? [`honest traffic kept ${Math.round(kept * 100)} % of its speed`] : [])
const unlike = (wrong: number, examples: readonly string[]): readonly string[] =>
  (wrong > 0 ? [`${wrong} messages did not end as they must: ${examples.join('; ')}`] : [])

export function judgeIntakeAttack({ wrong, examples, kept, memoryMb }: IntakeAttackReport): readonly string[] {
  const grownMb = (memoryMb.at(-1) ?? 0) - Math.max(...memoryMb.slice(0, 2))
  return [...unlike(wrong, examples), ...slow(kept), ...(grownMb > MOST_GROWN_MB ? [`memory grew by ${grownMb} MB after the first tenth`] : [])]
}

export function judgeMeshAttack(report: MeshAttackReport): readonly string[] {
  const { wrong, examples, kept, memoryMb, published, committed, rejected, inFlight, doctorFailed, stateRoots } = report
  const grown = Object.entries(memoryMb).filter(([, [first, last]]) => last - first > MOST_GROWN_PROCESS_MB)
  return [
    ...unlike(wrong, examples), ...slow(kept), ...doctorFailed.map((check) => `doctor: ${check}`),
    ...(published === committed + rejected && inFlight === 0 ? [] : [`${published} published, ${committed} committed, ${rejected} rejected, ${inFlight} in flight`]),
    ...(stateRoots === 1 ? [] : [`validators have ${stateRoots} state roots`]),
    ...grown.map(([name, [first, last]]) => `memory of a ${name} grew from ${first} to ${last} MB`),
  ]
}
