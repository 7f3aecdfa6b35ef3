/** Which partition a key belongs to: equal keys always meet in one partition, so their order is kept. */

/** FNV-1a, 32 bit. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

export const partitionOfKey = (key: Uint8Array, partitions: number): number => fnv1a(key) % partitions
