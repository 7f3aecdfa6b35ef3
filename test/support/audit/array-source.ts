/** A log in memory, as the publisher reads it: entry i is of event i. */
import { utf8ToBytes } from '../../../domain/bytes.js'
import { canonicalJson } from '../../../domain/canonical-json.js'
import { asPosition } from '../../../domain/ids.js'
import type { AuditSource } from '../../../audit/publisher/tree-writer.js'

export type ArraySource = AuditSource & { readonly stored: readonly Uint8Array[]; grow(count: number): void }

/** @param variant makes the entries of another log */
export function arraySource(variant = ''): ArraySource {
  const stored: Uint8Array[] = []
  let wake: (() => void)[] = []
  return {
    stored,
    grow(count) {
      for (let i = 0; i < count; i++) {
        const position = stored.length
        stored.push(utf8ToBytes(canonicalJson({ data: { n: position, variant }, id: `event-${position}`, position: String(position), revision: '0', stream: `note-${position}`, type: 'Note', version: 1 })))
      }
      for (const one of wake) one()
      wake = []
    },
    length: async () => stored.length,
    readEntries: async ({ from, limit }) => stored.slice(from, from + limit).map((bytes, i) => ({ position: asPosition(from + i), bytes })),
    async waitForGrowth(length, signal) {
      while (stored.length <= length && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake.push(resolve)
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
      return stored.length
    },
  }
}

export function grownSource(count: number, variant = ''): ArraySource {
  const source = arraySource(variant)
  source.grow(count)
  return source
}
