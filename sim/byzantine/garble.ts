/** A validator whose bytes are sometimes not what they should be: changed, cut short, made longer, or noise. */
import { encodeMessage } from '../../consensus/core/messages.js'
import type { Liar } from './liar.js'

export const garble: Liar = (node, _world, random) => {
  node.speak = (message) => {
    if (!random.chance(25)) return [message]
    const bytes = encodeMessage(message)
    switch (random.below(5)) {
      case 0: {
        bytes[random.below(bytes.length)] = random.below(256)
        return [bytes]
      }
      case 1: return [bytes.subarray(0, random.below(bytes.length))]
      case 2: {
        const longer = new Uint8Array(bytes.length + 1 + random.below(20))
        longer.set(bytes)
        return [longer]
      }
      case 3: return [Uint8Array.from({ length: random.below(300) }, () => random.below(256))]
      // The head alone: a message that says that much follows.
      default: return [message, Uint8Array.of(random.below(6), 0xff, 0xff, 0xff, 0xff)]
    }
  }
}
