/** Detections with a known truth, drawn: scores as an ensemble gives them, which are far too sure of themselves. */
import type { Example } from '../example.js'

/** A fifth are attacks. Nearly all score above one half, attacks near 1, so raw scores promise far more than they hold. */
export function detections(draw: () => number, count: number): readonly Example[] {
  return Array.from({ length: count }, (_, i): Example => {
    const isAttack = draw() < 0.2
    const score = isAttack ? 0.92 + 0.08 * draw() : 0.5 + 0.425 * draw()
    return { score, isAttack, propensity: 1, reporters: [`analyst-${i % 5}`], at: i * 1000 }
  })
}

export const attacksOf = (examples: readonly Example[]): readonly Example[] => examples.filter(({ isAttack }) => isAttack)
