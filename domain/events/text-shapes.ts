/**
 * The shapes of text that events have, each as a loop that checks and writes at once: twice as fast as its pattern, and
 * what it lets through needs no escape. A pattern that is not here is asked itself, and its text escaped.
 */
import { alphabetOf, putByte, putLongOf, putOf, type Sink } from './sink.js'

/** Writes the text between its quotes; false where it has not the shape. */
export type PutShape = (sink: Sink, text: string) => boolean

const HEX = alphabetOf('0123456789abcdef')
const BASE64 = alphabetOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const PADDING = alphabetOf('=')

export const SHAPES: readonly (readonly [RegExp, PutShape])[] = [
  [/^[0-9a-f]{64}$/, (sink, text) => text.length === 64 && putOf(HEX, sink, text, 0, 64)],
  [/^(?:[0-9a-f]{2})*$/, (sink, text) => text.length % 2 === 0 && putLongOf(HEX, sink, text, text.length)],
  [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, putUuid],
  [/^[A-Za-z0-9+/]*={0,2}$/, putBase64],
]

export const shapeOf = ({ source, flags }: RegExp): PutShape | undefined => SHAPES.find(([shape]) => shape.source === source && shape.flags === flags)?.[1]

const [DASH, EQUALS] = [45, 61]
const DASHES_AT = [8, 13, 18, 23]

function putUuid(sink: Sink, text: string): boolean {
  if (text.length !== 36) return false
  let from = 0
  for (const dash of DASHES_AT) {
    if (text.charCodeAt(dash) !== DASH || !putOf(HEX, sink, text, from, dash)) return false
    putByte(sink, DASH)
    from = dash + 1
  }
  return putOf(HEX, sink, text, from, 36)
}

function putBase64(sink: Sink, text: string): boolean {
  let end = text.length
  while (end > 0 && end > text.length - 2 && text.charCodeAt(end - 1) === EQUALS) end -= 1
  return putLongOf(BASE64, sink, text, end) && putOf(PADDING, sink, text, end, text.length)
}
