/** Refuses queries that cost too much before anything is read: too deep, or too many fields times page sizes. */
import {
  GraphQLError, Kind, type ASTVisitor, type FieldNode, type FragmentDefinitionNode, type OperationDefinitionNode, type SelectionSetNode, type ValidationContext, type ValueNode,
} from './graphql-js.js'
import { DEFAULT_PAGE } from './connection.js'

export const DEEPEST_QUERY = 12
/** Roughly the number of values in the largest answer. */
export const COSTLIEST_QUERY = 100_000
/** Longest query text, tokens. */
export const MOST_TOKENS = 2000

type Cost = { readonly depth: number; readonly values: number }

/** A validation rule. Introspection is left alone: it touches no data. */
export function queryLimits(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation: OperationDefinitionNode) {
      const { depth, values } = costOf(operation.selectionSet, context, new Set())
      if (depth > DEEPEST_QUERY) context.reportError(refusal('QUERY_TOO_DEEP', `the query is ${depth} levels deep, at most ${DEEPEST_QUERY} are allowed`, operation))
      if (values > COSTLIEST_QUERY) {
        context.reportError(refusal('QUERY_TOO_COSTLY', `the query may give ${values} values, at most ${COSTLIEST_QUERY} are allowed; ask for smaller pages or fewer fields`, operation))
      }
    },
  }
}

const refusal = (code: string, sentence: string, node: OperationDefinitionNode): GraphQLError =>
  new GraphQLError(sentence, { nodes: [node], extensions: { code } })

function costOf(selections: SelectionSetNode, context: ValidationContext, inside: ReadonlySet<string>): Cost {
  let depth = 0
  let values = 0
  const add = (cost: Cost): void => {
    depth = Math.max(depth, cost.depth)
    values = Math.min(values + cost.values, Number.MAX_SAFE_INTEGER)
  }
  for (const selection of selections.selections) {
    switch (selection.kind) {
      case Kind.FIELD:
        add(costOfField(selection, context, inside))
        break
      case Kind.INLINE_FRAGMENT:
        add(costOf(selection.selectionSet, context, inside))
        break
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value
        const fragment: FragmentDefinitionNode | undefined | null = context.getFragment(name)
        // A fragment inside itself is refused by another rule; here it must only end.
        if (fragment !== undefined && fragment !== null && !inside.has(name)) add(costOf(fragment.selectionSet, context, new Set([...inside, name])))
        break
      }
    }
  }
  return { depth, values }
}

function costOfField(field: FieldNode, context: ValidationContext, inside: ReadonlySet<string>): Cost {
  if (field.name.value.startsWith('__') || field.selectionSet === undefined) return { depth: 1, values: 1 }
  const nested = costOf(field.selectionSet, context, inside)
  return { depth: nested.depth + 1, values: 1 + nested.values * timesOf(field) }
}

/** What lists without pages usually hold. */
const USUAL_SIZES: Readonly<Record<string, number>> = { transactions: 20, evidence: 20, verdicts: 5, custody: 5, producers: 20, hours: 24, byReason: 10, features: 20, engineScores: 5 }

const PAGED: ReadonlySet<string> = new Set(['anomalies', 'blocks', 'calibrationRows', 'evidenceReports', 'reputationChanges', 'policies'])

/** How often a field's content may appear: the page asked for, or what a block usually holds. */
function timesOf({ name, arguments: given = [] }: FieldNode): number {
  const size = given.find((argument) => argument.name.value === 'first' || argument.name.value === 'last')
  if (size !== undefined) return sizeOf(size.value)
  if (PAGED.has(name.value)) return DEFAULT_PAGE
  return USUAL_SIZES[name.value] ?? 1
}

/** A page size in a variable is not known yet; the resolver refuses it above 200. */
const sizeOf = (value: ValueNode): number => (value.kind === Kind.INT ? Math.max(1, Number(value.value)) : DEFAULT_PAGE)
