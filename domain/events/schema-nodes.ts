/**
 * The event schemas as plain nodes, as few kinds as they use, so that events can be read and written without the
 * schema library's general machinery. What is no such kind is `other`, and is left to the library with all around it.
 */
import type { z } from 'zod'

export type SchemaNode =
  | { readonly kind: 'text'; readonly patterns: readonly RegExp[] }
  | { readonly kind: 'integer' | 'number' | 'boolean' }
  /** What `accepts` judges; in events that is always text. */
  | { readonly kind: 'custom-text'; readonly accepts: (value: unknown) => boolean }
  | { readonly kind: 'one-of'; readonly values: ReadonlySet<unknown> }
  | { readonly kind: 'nullable'; readonly inner: SchemaNode }
  | { readonly kind: 'list'; readonly element: SchemaNode; readonly atLeast: number }
  /** No other keys than these. */
  | { readonly kind: 'object'; readonly fields: readonly SchemaField[] }
  | { readonly kind: 'choice'; readonly by: string; readonly options: ReadonlyMap<unknown, SchemaNode> }
  /** Text in JSON, an integer in memory. */
  | { readonly kind: 'integer-text'; readonly patterns: readonly RegExp[]; readonly accepts: (value: unknown) => boolean }
  | { readonly kind: 'other' }

export type SchemaField = { readonly name: string; readonly isOptional: boolean; readonly node: SchemaNode }

/** What the library keeps of a schema; https://zod.dev/library-authors says that `_zod.def` may be read. */
type Definition = {
  readonly type: string; readonly checks?: readonly { readonly _zod: { readonly def: Check } }[]; readonly check?: string; readonly format?: string
  readonly fn?: (value: unknown) => unknown; readonly values?: readonly unknown[]; readonly entries?: Readonly<Record<string, unknown>>
  readonly innerType?: z.ZodType; readonly element?: z.ZodType; readonly shape?: Readonly<Record<string, z.ZodType>>; readonly catchall?: z.ZodType
  readonly options?: readonly z.ZodType[]; readonly discriminator?: string; readonly in?: z.ZodType; readonly out?: z.ZodType; readonly transform?: unknown
}
type Check = { readonly check: string; readonly format?: string; readonly pattern?: RegExp; readonly minimum?: number }

const definitionOf = (schema: z.ZodType): Definition => schema._zod.def as unknown as Definition
const checksOf = ({ checks = [] }: Definition): readonly Check[] => checks.map((check) => check._zod.def)

export function nodeOf(schema: z.ZodType): SchemaNode {
  return knownNode(definitionOf(schema)) ?? { kind: 'other' }
}

function knownNode(definition: Definition): SchemaNode | undefined {
  const { type, fn, innerType, element, shape, values, entries, discriminator, options = [] } = definition
  const checks = checksOf(definition)
  if (type === 'array' && element !== undefined) {
    if (checks.some(({ check }) => check !== 'min_length')) return undefined
    return { kind: 'list', element: nodeOf(element), atLeast: Math.max(0, ...checks.map(({ minimum = 0 }) => minimum)) }
  }
  if (type === 'string') return patternsOf(definition)
  if (checks.length > 0) return undefined
  switch (type) {
    case 'number': return numberNode(definition)
    case 'boolean': return { kind: 'boolean' }
    case 'custom': return fn === undefined ? undefined : { kind: 'custom-text', accepts: (value) => Boolean(fn(value)) }
    case 'literal': return { kind: 'one-of', values: new Set(values) }
    case 'enum': return { kind: 'one-of', values: new Set(Object.values(entries ?? {})) }
    case 'nullable': return innerType === undefined ? undefined : { kind: 'nullable', inner: nodeOf(innerType) }
    case 'object': return shape === undefined || definition.catchall === undefined || definitionOf(definition.catchall).type !== 'never' ? undefined : { kind: 'object', fields: Object.entries(shape).map(fieldOf) }
    case 'union': return discriminator === undefined ? undefined : choiceNode(discriminator, options.map(nodeOf))
    case 'pipe': return integerText(definition)
    default: return undefined
  }
}

function patternsOf(definition: Definition): Extract<SchemaNode, { kind: 'text' }> | undefined {
  const patterns = checksOf(definition).map(({ format, pattern }) => (format === 'regex' ? pattern : undefined))
  if (definition.check !== undefined || !patterns.every((pattern) => pattern !== undefined && !pattern.global && !pattern.sticky)) return undefined
  return { kind: 'text', patterns: patterns as RegExp[] }
}

function numberNode({ check, format }: Definition): SchemaNode | undefined {
  if (check === undefined) return { kind: 'number' }
  return check === 'number_format' && format === 'safeint' ? { kind: 'integer' } : undefined
}

function fieldOf([name, schema]: [string, z.ZodType]): SchemaField {
  const { type, innerType } = definitionOf(schema)
  return type === 'optional' && innerType !== undefined ? { name, isOptional: true, node: nodeOf(innerType) } : { name, isOptional: false, node: nodeOf(schema) }
}

function choiceNode(by: string, nodes: readonly SchemaNode[]): SchemaNode | undefined {
  const options = new Map<unknown, SchemaNode>()
  for (const node of nodes) {
    const tag = node.kind === 'object' ? node.fields.find(({ name }) => name === by)?.node : undefined
    if (tag?.kind !== 'one-of') return undefined
    for (const value of tag.values) options.set(value, node)
  }
  return { kind: 'choice', by, options }
}

/** Of pipes only schema.ts's 64-bit integers: decimal text to an integer, then a check of its range. */
function integerText({ in: codec, out }: Definition): SchemaNode | undefined {
  if (codec === undefined || out === undefined) return undefined
  const [from, to] = [definitionOf(codec).in, definitionOf(codec).out]
  if (definitionOf(codec).transform === undefined || from === undefined || to === undefined) return undefined
  const [text, range] = [nodeOf(from), nodeOf(out)]
  // A custom check says nothing of the type it is for; here it is for what the codec makes.
  return text.kind === 'text' && nodeOf(to).kind === 'integer' && range.kind === 'custom-text' ? { kind: 'integer-text', patterns: text.patterns, accepts: range.accepts } : undefined
}
