/**
 * Query texts, parsed and checked once. What was found sound is remembered, bounded by the length of the texts, the
 * longest unused forgotten first: the verdict depends on the text and the schema alone.
 */
import type { GraphQLError} from './graphql-js.js';
import { parse, specifiedRules, validate, type DocumentNode } from './graphql-js.js'
import { MOST_TOKENS, queryLimits } from './limits.js'
import { schema } from './schema.js'

export type Prepared =
  | { readonly ok: true; readonly document: DocumentNode }
  | { readonly ok: false; readonly errors: readonly GraphQLError[]; readonly code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' }

export type Documents = { prepare(text: string): Prepared; readonly remembered: () => number }

const MOST_CHARACTERS = 4 * 1024 * 1024
const MOST_FAULTS = 20

export function createDocuments(mostCharacters = MOST_CHARACTERS): Documents {
  const known = new Map<string, Prepared & { readonly ok: true }>()
  let characters = 0
  const remember = (text: string, prepared: Prepared & { readonly ok: true }): void => {
    known.set(text, prepared)
    characters += text.length
    for (const [oldest] of known) {
      if (characters <= mostCharacters) break
      known.delete(oldest)
      characters -= oldest.length
    }
  }
  return {
    prepare(text) {
      const before = known.get(text)
      if (before !== undefined) {
        known.delete(text)
        known.set(text, before)
        return before
      }
      const prepared = prepare(text)
      if (prepared.ok) remember(text, prepared)
      return prepared
    },
    remembered: () => known.size,
  }
}

/** Without remembering. */
export function prepare(text: string): Prepared {
  let document: DocumentNode
  try {
    document = parse(text, { maxTokens: MOST_TOKENS })
  } catch (error) {
    return { ok: false, errors: [error as GraphQLError], code: 'GRAPHQL_PARSE_FAILED' }
  }
  const faults = validate(schema, document, RULES, { maxErrors: MOST_FAULTS })
  return faults.length === 0 ? { ok: true, document } : { ok: false, errors: faults, code: 'GRAPHQL_VALIDATION_FAILED' }
}

const RULES = [...specifiedRules, queryLimits]
