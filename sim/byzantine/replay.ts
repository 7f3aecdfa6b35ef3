/** A validator that keeps what it hears and says, and says it again much later, its own and that of others. */
import type { PeerMessage } from '../../consensus/core/messages.js'
import { lieWith, type Liar } from './liar.js'

const KEPT = 100

export const replay: Liar = (node, _world, random) => {
  const heard: PeerMessage[] = []
  lieWith(node, (effects, event) => {
    if (event.type !== 'message') return effects
    if (heard.length < KEPT) heard.push(event.message)
    else heard[random.below(KEPT)] = event.message
    return random.chance(15) ? [...effects, { type: 'broadcast', message: random.pick(heard) }] : effects
  })
}
