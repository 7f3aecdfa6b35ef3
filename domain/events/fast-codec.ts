/**
 * Reads and writes the JSON of events several times faster than the schema library does, by the same rules. It knows
 * only `yes, and this is the value` and `not by me`: what it does not take, the library judges, and says what is wrong.
 */
import type { SchemaField, SchemaNode } from './schema-nodes.js'

/** Undefined where the value is not taken. Never changes its argument. */
export type FastConversion = (value: unknown) => unknown

/** From JSON to memory. */
export const fastReader = (node: SchemaNode): FastConversion => conversion(node, 'read')

/** From memory to JSON whose objects have their keys in canonical order, so that making canonical JSON of it is cheap. */
export const fastWriter = (node: SchemaNode): FastConversion => conversion(node, 'write')

type Direction = 'read' | 'write'

function conversion(node: SchemaNode, direction: Direction): FastConversion {
  switch (node.kind) {
    case 'text': return textCheck(node.patterns)
    case 'integer': return (value) => (Number.isSafeInteger(value) ? value : undefined)
    case 'number': return (value) => (Number.isFinite(value) ? value : undefined)
    case 'boolean': return (value) => (typeof value === 'boolean' ? value : undefined)
    case 'custom-text': {
      const { accepts } = node
      return (value) => (typeof value === 'string' && accepts(value) ? value : undefined)
    }
    case 'one-of': {
      const { values } = node
      return (value) => (values.has(value) ? value : undefined)
    }
    case 'nullable': {
      const convert = conversion(node.inner, direction)
      return (value) => (value === null ? null : convert(value))
    }
    case 'list': return listConversion(conversion(node.element, direction), node.atLeast)
    case 'object': return objectConversion(node.fields, direction)
    case 'choice': {
      const conversions = new Map([...node.options].map(([tag, option]) => [tag, conversion(option, direction)]))
      const { by } = node
      return (value) => (isObject(value) ? conversions.get(value[by])?.(value) : undefined)
    }
    case 'integer-text': return direction === 'read' ? integerReader(node) : integerWriter(node)
    case 'other': return () => undefined
  }
}

type IntegerText = Extract<SchemaNode, { kind: 'integer-text' }>

export function textCheck(patterns: readonly RegExp[]): FastConversion {
  const [pattern, ...more] = patterns
  if (pattern === undefined) return (value) => (typeof value === 'string' ? value : undefined)
  return (value) => (typeof value === 'string' && pattern.test(value) && more.every((other) => other.test(value)) ? value : undefined)
}

function integerReader({ patterns, accepts }: IntegerText): FastConversion {
  const check = textCheck(patterns)
  return (json) => {
    if (check(json) === undefined) return undefined
    const value = Number(json)
    return Number.isSafeInteger(value) && accepts(value) ? value : undefined
  }
}

function integerWriter({ patterns, accepts }: IntegerText): FastConversion {
  const check = textCheck(patterns)
  return (value) => (Number.isSafeInteger(value) && accepts(value) ? check(String(value)) : undefined)
}

function listConversion(convert: FastConversion, atLeast: number): FastConversion {
  return (value) => {
    if (!Array.isArray(value) || value.length < atLeast) return undefined
    const list: unknown[] = []
    for (const element of value) {
      const converted = convert(element)
      if (converted === undefined) return undefined
      list.push(converted)
    }
    return list
  }
}

function objectConversion(fields: readonly SchemaField[], direction: Direction): FastConversion {
  const inOrder = direction === 'read' ? fields : [...fields].sort((a, b) => (a.name < b.name ? -1 : 1))
  const members = inOrder.map(({ name, isOptional, node }) => ({ name, isOptional, convert: conversion(node, direction) }))
  return (value) => {
    if (!isObject(value)) return undefined
    const object: Record<string, unknown> = {}
    let count = 0
    for (const { name, isOptional, convert } of members) {
      const member = value[name]
      if (member === undefined && isOptional) continue
      const converted = convert(member)
      if (converted === undefined) return undefined
      object[name] = converted
      count += 1
    }
    // Schemas are strict: where there is another key, it is the library that says so.
    return hasKeys(value, count) ? object : undefined
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

export function hasKeys(object: object, count: number): boolean {
  let keys = 0
  for (const _key in object) keys += 1
  return keys === count
}
