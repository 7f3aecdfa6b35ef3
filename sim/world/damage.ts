/** What may have happened to a safety record while its validator was down. */
import type { Random } from '../kernel/random.js'
import type { DiskFault } from '../types.js'
import type { SimDisk } from './disk.js'

export function damage(disk: SimDisk, fault: DiskFault, random: Random): void {
  const file = disk.safetyFile
  const offsets = disk.entryOffsets
  switch (fault) {
    case 'kept':
      return
    case 'lost':
      disk.safetyFile = undefined
      return
    case 'forgotten':
      return disk.forget()
    case 'torn': {
      // A write that had just begun: some bytes of a next entry that nobody ever relied on.
      const newest = offsets.at(-1)
      if (file === undefined || newest === undefined) return
      const end = newest + 8 + new DataView(file.buffer, file.byteOffset).getUint32(newest)
      // The crash itself may have left such a part; a second one cannot come after it.
      if (end !== file.length) return
      const begun = file.slice(newest, newest + 8 + random.below(100))
      begun[4] = (begun[4] as number) ^ 0xff
      disk.safetyFile = joined(file, begun)
      return
    }
    case 'stale': {
      // Yesterday's copy was put back: whole entries, and the newest ones are missing.
      if (file === undefined || offsets.length < 2) return
      disk.safetyFile = file.slice(0, offsets[1 + random.below(offsets.length - 1)])
      return
    }
    case 'flipped': {
      // In the newest entry a flipped bit cannot be told from a torn write, so it is one of the older ones.
      if (file === undefined || offsets.length < 2) return
      const flipped = file.slice()
      const at = (offsets[random.below(offsets.length - 1)] as number) + 8 + random.below(64)
      flipped[at] = (flipped[at] as number) ^ (1 << random.below(8))
      disk.safetyFile = flipped
      return
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
