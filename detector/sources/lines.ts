/** Reads a file line by line with a limit on the line, so that a file without newlines cannot fill the memory. */
import type { FileBytes } from './file-bytes.js'

export type Line = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'too-long' }

export const MAX_LINE_BYTES = 1024 * 1024
const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d

/** As many lines at once as are in hand: a step of an asynchronous generator costs as much as reading a short line. */
export async function* readLines(file: FileBytes): AsyncGenerator<readonly Line[]> {
  let searched = 0
  let skipping = false
  for (;;) {
    const view = file.peek(file.buffered)
    const lines: Line[] = []
    let start = 0
    for (let end = view.indexOf(NEWLINE, searched); end >= 0; end = view.indexOf(NEWLINE, start)) {
      lines.push(skipping ? TOO_LONG : { kind: 'line', text: lineText(view, start, end) })
      skipping = false
      start = end + 1
    }
    file.take(start)
    if (lines.length > 0) yield lines
    searched = view.length - start
    if (searched > MAX_LINE_BYTES) {
      file.take(searched)
      searched = 0
      skipping = true
    }
    if (!(await file.fill(searched + 1))) break
  }
  const rest = file.take(file.buffered)
  if (skipping) yield [TOO_LONG]
  else if (rest.length > 0) yield [{ kind: 'line', text: lineText(rest, 0, rest.length) }]
}

const TOO_LONG: Line = { kind: 'too-long' }

const lineText = (bytes: Buffer, start: number, end: number): string => bytes.toString('utf8', start, end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end)
