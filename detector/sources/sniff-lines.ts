/** Tells from the beginning of a text which lines with flows it has, and refuses logs of Zeek that have none. */
import { SourceError } from './errors.js'
import { formOf, type LineFormat } from './flow-lines.js'
import { headerFault, isZeekComment, NO_HEADER, withHeaderLine } from './zeek/tsv.js'

/** Undefined where it is something else. @param text the beginning of a file, without a byte-order mark */
export function sniffLines(path: string, text: string): LineFormat | undefined {
  const start = text.trimStart()
  if (start.startsWith('{')) return formOfFirst(start)
  if (!/^#(separator|fields|path)\b/m.test(start) || !isZeekComment(start)) return undefined
  checkHeader(path, start)
  return 'zeek-tsv'
}

function formOfFirst(text: string): LineFormat {
  const line = text.split('\n', 1)[0] as string
  try {
    return formOf(JSON.parse(line) as object)
  } catch {
    // Broken, or longer than what was looked at: its names tell all the same.
    return line.includes('"event_type"') ? 'eve-json' : line.includes('"id.orig_h"') ? 'zeek-json' : line.includes('"flow-lite/') ? 'flow-lite' : 'eve-json'
  }
}

function checkHeader(path: string, text: string): void {
  const lines = text.split('\n')
  // A line that was cut where the look ended is not the header's fault.
  const comments = lines.slice(0, -1).map((line) => line.replace(/\r$/, ''))
  const end = comments.findIndex((line) => !isZeekComment(line))
  const header = (end === -1 ? comments : comments.slice(0, end)).reduce(withHeaderLine, NO_HEADER)
  if (end === -1 && header.fields.length === 0) return
  const fault = headerFault(header)
  if (fault === undefined) return
  if (fault === '#path') throw new SourceError('UNKNOWN_FORMAT', path, `this is Zeek's ${header.path ?? ''} log, which has no flows; give its conn.log`)
  if (fault.startsWith('#')) throw new SourceError('CORRUPT_HEADER', path, `the line ${fault} of the header is missing or does not fit the columns; take the log as Zeek wrote it`)
  throw new SourceError('MISSING_COLUMNS', path, `the log lacks ${fault}; let Zeek write conn.log with its connection sizes (use_conn_size_analyzer) and without a filter on columns`)
}
