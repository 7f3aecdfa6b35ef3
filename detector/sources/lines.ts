/** Reads a file line by line with a limit on the line, so that a file without newlines cannot fill the memory. */
import type { FileBytes } from './file-bytes.js'

export type Line = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'too-long' }

export const MAX_LINE_BYTES = 1024 * 1024
const NEWLINE = 0x0a

export async function* readLines(file: FileBytes): AsyncGenerator<Line> {
  let searched = 0
  let skipping = false
  for (;;) {
    const view = file.peek(file.buffered)
    const end = view.indexOf(NEWLINE, searched)
    if (end >= 0) {
      const bytes = file.take(end + 1)
      if (skipping) yield { kind: 'too-long' }
      else yield { kind: 'line', text: lineText(bytes.subarray(0, end)) }
      searched = 0
      skipping = false
      continue
    }
    searched = view.length
    if (view.length > MAX_LINE_BYTES) {
      file.take(view.length)
      searched = 0
      skipping = true
    }
    if (!(await file.fill(searched + 1))) break
  }
  const rest = file.take(file.buffered)
  if (skipping) yield { kind: 'too-long' }
  else if (rest.length > 0) yield { kind: 'line', text: lineText(rest) }
}

const lineText = (bytes: Buffer): string => {
  const text = bytes.toString('utf8')
  return text.endsWith('\r') ? text.slice(0, -1) : text
}
