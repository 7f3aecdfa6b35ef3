/** Which technique a seed stands for: seven of ten draw a whole network, three are drawn view by view with twins. */
import { runSeed } from '../swarm/run-seed.js'
import { runTwinsSeed } from '../twins/index.js'
import type { Result } from '../types.js'

/** @param n number of validators: only whole networks have a size of choice; undefined: drawn from the seed */
export function runTechnique(seed: number, n: number | undefined): Result {
  if (n !== undefined) return runSeed(seed, { n })
  return seed % 10 < 3 ? runTwinsSeed(seed) : runSeed(seed)
}
