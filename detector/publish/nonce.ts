/**
 * Nonces no run of any instance repeats: unix ms (u64), instance (u32), counter (u32), big-endian. The counter goes on
 * over milliseconds, so a clock that steps back repeats nothing within a run; a random instance tells runs apart.
 */
import { ByteWriter } from '../../domain/bytes.js'
import type { UnixMillis } from '../../domain/ids.js'

export type NonceSource = () => Uint8Array

/** @param random bytes of randomness, asked once */
export function createNonceSource(clock: () => UnixMillis, random: (length: number) => Uint8Array): NonceSource {
  const seed = random(8)
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength)
  const instance = view.getUint32(0)
  let counter = view.getUint32(4)
  return () => {
    counter = (counter + 1) >>> 0
    return new ByteWriter(16).u64(clock()).u32(instance).u32(counter).finish()
  }
}
