/** All oracles of one world that look at every event. */
import type { World } from '../types.js'
import { agreement } from './agreement.js'
import { bounds } from './bounds.js'
import { certificates } from './certificates.js'
import { disk } from './disk.js'
import { lock } from './lock.js'
import type { Oracle } from './oracle.js'
import { order } from './order.js'
import { state } from './state.js'
import { votes } from './votes.js'

export function createOracles({ counts, violate, root, n }: World): readonly Oracle[] {
  return [agreement(violate, counts), order(violate, root.hash), votes(violate), disk(violate), certificates(violate), lock(violate), state(violate), bounds(violate, n)]
}
