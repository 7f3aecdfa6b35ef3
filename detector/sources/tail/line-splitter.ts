/**
 * Bytes of a growing file into whole lines with their places. The last line is kept until its end comes; one that is
 * longer than the limit is passed over without being held.
 */
import { MAX_LINE_BYTES } from '../lines.js'

export type PlacedLine = { readonly at: number; readonly text: string | 'too-long' }

export type LineSplitter = {
  /** Where the line begins whose end has not come. */
  readonly offset: number
  /** Where the next bytes are to be read from. */
  readonly readTo: number
  push(bytes: Buffer): PlacedLine[]
  /** The rest as a line, when no more will come. */
  end(): PlacedLine[]
}

const NEWLINE = 0x0a

export function createLineSplitter(start: number): LineSplitter {
  let offset = start
  let readTo = start
  let kept: Buffer[] = []
  let keptBytes = 0
  let skipping = false

  const take = (last: Buffer): PlacedLine => {
    const line: PlacedLine = { at: offset, text: skipping ? 'too-long' : textOf(Buffer.concat([...kept, last])) }
    kept = []
    keptBytes = 0
    skipping = false
    return line
  }

  return {
    get offset() { return offset },
    get readTo() { return readTo },
    push(bytes) {
      const lines: PlacedLine[] = []
      let from = 0
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
        lines.push(take(bytes.subarray(from, end)))
        from = end + 1
        offset = readTo + from
      }
      readTo += bytes.length
      const rest = bytes.subarray(from)
      if (keptBytes + rest.length > MAX_LINE_BYTES) {
        skipping = true
        kept = []
        keptBytes = 0
      }
      if (!skipping && rest.length > 0) {
        kept.push(Buffer.from(rest))
        keptBytes += rest.length
      }
      return lines
    },
    end() {
      if (readTo === offset) return []
      const line = take(Buffer.alloc(0))
      offset = readTo
      return [line]
    },
  }
}

const textOf = (bytes: Buffer): string => {
  const text = bytes.toString('utf8')
  return text.endsWith('\r') ? text.slice(0, -1) : text
}
