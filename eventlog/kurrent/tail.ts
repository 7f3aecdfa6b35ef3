/**
 * The events at the log's end whose links may not be written yet, and the streams they are in. Each handle looks at
 * each of them once; what lies before the last `linked` mark is forgotten.
 */
import { readLast, readPage, type Source } from './read.js'
import type { Tail, Unlinked } from './unlinked.js'

export function createTail(source: Source): Tail {
  let seen: (Unlinked & { readonly stream: string })[] = []
  let end = 0
  let turn: Promise<void> = Promise.resolve()

  async function bringUp(): Promise<void> {
    const last = await readLast(source)
    if (last === undefined) return
    for (end = Math.max(end, last.linked); end <= last.place.position;) {
      const page = await readPage(source, { from: end, count: last.place.position - end + 1 })
      seen.push(...page.map(({ place }) => ({ stream: place.stream, revision: place.revision, position: place.position })))
      end += page.length
    }
    seen = seen.filter(({ position }) => position >= last.linked)
  }

  return {
    async unlinkedOf(stream) {
      // One after the other, also after one that failed.
      turn = turn.catch(() => undefined).then(bringUp)
      await turn
      return seen.filter((event) => event.stream === stream)
    },
  }
}
