/**
 * Writes the canonical JSON of events in one go: what fast-codec.ts checks and what JSON.stringify would make of it,
 * without the objects and texts between them. Like fast-codec.ts it knows only `written` and `not by me`.
 */
import { hasKeys, isObject, textCheck } from './fast-codec.js'
import type { SchemaField, SchemaNode } from './schema-nodes.js'
import { bytesOfText, putByte, putBytes, putInteger, putString, putText, type Sink } from './sink.js'
import { shapeOf } from './text-shapes.js'

/** False where the value is not taken; what stands in the sink then is void. */
export type FastBytes = (sink: Sink, value: unknown) => boolean

const QUOTE = 34
const COMMA = 44

export function fastBytes(node: SchemaNode): FastBytes {
  switch (node.kind) {
    case 'text': return textBytes(node.patterns)
    case 'integer': return when(Number.isSafeInteger, putInteger)
    case 'number': return when(Number.isFinite, (sink, value: number) => putText(sink, `${value}`))
    case 'boolean': return when((value) => typeof value === 'boolean', (sink, value: boolean) => putText(sink, `${value}`))
    case 'custom-text': {
      const { accepts } = node
      return when((value) => typeof value === 'string' && accepts(value), putString)
    }
    case 'one-of': {
      const texts = new Map([...node.values].map((value) => [value, bytesOfText(JSON.stringify(value))]))
      return (sink, value) => {
        const text = texts.get(value)
        if (text === undefined) return false
        putBytes(sink, text)
        return true
      }
    }
    case 'nullable': {
      const [inner, none] = [fastBytes(node.inner), bytesOfText('null')]
      return (sink, value) => {
        if (value !== null) return inner(sink, value)
        putBytes(sink, none)
        return true
      }
    }
    case 'list': return listBytes(fastBytes(node.element), node.atLeast)
    case 'object': return objectBytes(node.fields)
    case 'choice': {
      const options = new Map([...node.options].map(([tag, option]) => [tag, fastBytes(option)]))
      const { by } = node
      return (sink, value) => isObject(value) && options.get(value[by])?.(sink, value) === true
    }
    case 'integer-text': return integerTextBytes(node)
    case 'other': return () => false
  }
}

const when = <T>(isTaken: (value: unknown) => boolean, put: (sink: Sink, value: T) => void): FastBytes => (sink, value) => {
  if (!isTaken(value)) return false
  put(sink, value as T)
  return true
}

function textBytes(patterns: readonly RegExp[]): FastBytes {
  const [pattern, ...more] = patterns
  const putShape = pattern === undefined || more.length > 0 ? undefined : shapeOf(pattern)
  if (putShape === undefined) {
    const check = textCheck(patterns)
    return when((value) => check(value) !== undefined, putString)
  }
  return (sink, value) => {
    if (typeof value !== 'string') return false
    putByte(sink, QUOTE)
    if (!putShape(sink, value)) return false
    putByte(sink, QUOTE)
    return true
  }
}

/** A safe integer has at most 16 digits. */
const admitsEverySafeInteger = ({ source, flags }: RegExp): boolean => flags === '' && source === '^-?\\d{1,16}$'

function integerTextBytes({ patterns, accepts }: Extract<SchemaNode, { kind: 'integer-text' }>): FastBytes {
  const check = patterns.every(admitsEverySafeInteger) ? undefined : textCheck(patterns)
  return (sink, value) => {
    if (!Number.isSafeInteger(value) || !accepts(value)) return false
    if (check !== undefined && check(`${value as number}`) === undefined) return false
    putByte(sink, QUOTE)
    putInteger(sink, value as number)
    putByte(sink, QUOTE)
    return true
  }
}

const [LIST, LIST_END, OBJECT_END] = [91, 93, 125]

function listBytes(put: FastBytes, atLeast: number): FastBytes {
  return (sink, value) => {
    if (!Array.isArray(value) || value.length < atLeast) return false
    putByte(sink, LIST)
    for (let i = 0; i < value.length; i++) {
      if (i > 0) putByte(sink, COMMA)
      if (!put(sink, value[i])) return false
    }
    putByte(sink, LIST_END)
    return true
  }
}

function objectBytes(fields: readonly SchemaField[]): FastBytes {
  const members = [...fields].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, isOptional, node }) => (
    { name, isOptional, first: bytesOfText(`{${JSON.stringify(name)}:`), next: bytesOfText(`,${JSON.stringify(name)}:`), put: fastBytes(node) }))
  const empty = bytesOfText('{')
  return (sink, value) => {
    if (!isObject(value)) return false
    let count = 0
    for (const { name, isOptional, first, next, put } of members) {
      const member = value[name]
      if (member === undefined && isOptional) continue
      putBytes(sink, count === 0 ? first : next)
      if (!put(sink, member)) return false
      count += 1
    }
    if (count === 0) putBytes(sink, empty)
    putByte(sink, OBJECT_END)
    return hasKeys(value, count)
  }
}
