/**
 * Writes the canonical JSON of events in one go: what fast-codec.ts checks and what JSON.stringify would make of it,
 * without the objects between them. Like fast-codec.ts it knows only `this is the text` and `not by me`.
 */
import { hasKeys, isObject, textCheck } from './fast-codec.js'
import type { SchemaField, SchemaNode } from './schema-nodes.js'

/** Undefined where the value is not taken. */
export type FastText = (value: unknown) => string | undefined

export function fastText(node: SchemaNode): FastText {
  switch (node.kind) {
    case 'text': {
      const check = textCheck(node.patterns)
      const quote = node.patterns.some(admitsPlainTextOnly) ? (text: unknown): string => `"${text as string}"` : JSON.stringify
      return (value) => (check(value) === undefined ? undefined : quote(value))
    }
    case 'integer': return (value) => (Number.isSafeInteger(value) ? `${value as number}` : undefined)
    case 'number': return (value) => (Number.isFinite(value) ? `${value as number}` : undefined)
    case 'boolean': return (value) => (typeof value === 'boolean' ? `${value}` : undefined)
    case 'custom-text': {
      const { accepts } = node
      return (value) => (typeof value === 'string' && accepts(value) ? JSON.stringify(value) : undefined)
    }
    case 'one-of': {
      const texts = new Map([...node.values].map((value) => [value, JSON.stringify(value)]))
      return (value) => texts.get(value)
    }
    case 'nullable': {
      const inner = fastText(node.inner)
      return (value) => (value === null ? 'null' : inner(value))
    }
    case 'list': return listText(fastText(node.element), node.atLeast)
    case 'object': return objectText(node.fields)
    case 'choice': {
      const texts = new Map([...node.options].map(([tag, option]) => [tag, fastText(option)]))
      const { by } = node
      return (value) => (isObject(value) ? texts.get(value[by])?.(value) : undefined)
    }
    case 'integer-text': {
      const patterns = node.patterns.filter((pattern) => !admitsEverySafeInteger(pattern))
      const { accepts } = node
      if (patterns.length === 0) return (value) => (Number.isSafeInteger(value) && accepts(value) ? `"${value as number}"` : undefined)
      const check = textCheck(patterns)
      return (value) => (Number.isSafeInteger(value) && accepts(value) && check(`${value as number}`) !== undefined ? `"${value as number}"` : undefined)
    }
    case 'other': return () => undefined
  }
}

/**
 * Whether all that a pattern lets through stands in JSON as it is: it is anchored, and made of nothing but letters,
 * digits and signs that need no escape. A pattern that this does not see through is escaped as any text is.
 */
export function admitsPlainTextOnly({ source, flags }: RegExp): boolean {
  // Ranges and classes that are plain are taken out; in what is left each character that a text may have is plain too.
  const rest = source.replace(/\\d|0-9|a-f|a-z|A-Z|\\\//g, '')
  return flags === '' && /^\^(?:[[\](){}?:*+=/,0-9]|-(?=\[))*\$$/.test(rest)
}

/** A safe integer has at most 16 digits. */
const admitsEverySafeInteger = ({ source, flags }: RegExp): boolean => flags === '' && source === '^-?\\d{1,16}$'

function listText(textOf: FastText, atLeast: number): FastText {
  return (value) => {
    if (!Array.isArray(value) || value.length < atLeast) return undefined
    let list = ''
    for (const element of value) {
      const text = textOf(element)
      if (text === undefined) return undefined
      list = list === '' ? text : `${list},${text}`
    }
    return `[${list}]`
  }
}

function objectText(fields: readonly SchemaField[]): FastText {
  const members = [...fields].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, isOptional, node }) => ({ name, isOptional, key: `${JSON.stringify(name)}:`, textOf: fastText(node) }))
  return (value) => {
    if (!isObject(value)) return undefined
    let object = ''
    let count = 0
    for (const { name, isOptional, key, textOf } of members) {
      const member = value[name]
      if (member === undefined && isOptional) continue
      const text = textOf(member)
      if (text === undefined) return undefined
      object += count === 0 ? key + text : `,${key}${text}`
      count += 1
    }
    return hasKeys(value, count) ? `{${object}}` : undefined
  }
}
