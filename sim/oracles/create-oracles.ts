/** All oracles of one world. */
import type { World } from '../types.js'
import { agreement } from './agreement.js'
import type { Oracle } from './oracle.js'

export function createOracles(world: World): readonly Oracle[] {
  const { counts, violate } = world
  return [agreement(violate, counts)]
}
