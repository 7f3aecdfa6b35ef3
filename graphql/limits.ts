/** Refuses queries that cost too much before anything is read: too deep, too many values, too many aliases or directives. */
import { GraphQLError, type ASTVisitor, type DocumentNode, type FieldNode, type OperationDefinitionNode, Kind, type ValidationContext } from './graphql-js.js'
import { costOfOperation, type Cost } from './cost.js'

export const DEEPEST_QUERY = 12
/** Roughly the number of values in the largest answer. */
export const COSTLIEST_QUERY = 100_000
/** Longest query text, tokens. */
export const MOST_TOKENS = 2000
/** In one document, fragments counted once. */
export const MOST_ALIASES = 30
export const MOST_DIRECTIVES = 50

/** A validation rule. Introspection is left alone: it touches no data. */
export function queryLimits(context: ValidationContext): ASTVisitor {
  let aliases = 0
  let directives = 0
  const refuse = (code: string, sentence: string, node: OperationDefinitionNode | FieldNode | undefined): void =>
    context.reportError(new GraphQLError(sentence, { nodes: node === undefined ? [] : [node], extensions: { code } }))
  return {
    OperationDefinition(operation: OperationDefinitionNode) {
      const { depth, values } = costOfOperation(operation, { fragment: (name) => context.getFragment(name) })
      if (depth > DEEPEST_QUERY) refuse('QUERY_TOO_DEEP', `the query is ${depth} levels deep, at most ${DEEPEST_QUERY} are allowed`, operation)
      if (values > COSTLIEST_QUERY) refuse('QUERY_TOO_COSTLY', tooCostly(values), operation)
    },
    Field(field: FieldNode) {
      if (field.alias === undefined) return
      aliases += 1
      // Told once, not once for each that is too many.
      if (aliases === MOST_ALIASES + 1) refuse('TOO_MANY_ALIASES', `the query has more than ${MOST_ALIASES} aliases; send several queries`, field)
    },
    Directive() {
      directives += 1
      if (directives === MOST_DIRECTIVES + 1) refuse('TOO_MANY_DIRECTIVES', `the query has more than ${MOST_DIRECTIVES} directives`, undefined)
    },
  }
}

/** The cost with the page sizes that variables give, known only when the operation is asked. Throws QUERY_TOO_COSTLY. */
export function checkCost(document: DocumentNode, operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): Cost {
  const fragments = new Map(document.definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [])))
  const cost = costOfOperation(operation, { fragment: (name) => fragments.get(name), variables })
  if (cost.values > COSTLIEST_QUERY) throw new GraphQLError(tooCostly(cost.values), { extensions: { code: 'QUERY_TOO_COSTLY' } })
  return cost
}

const tooCostly = (values: number): string =>
  `the query may give ${values} values, at most ${COSTLIEST_QUERY} are allowed; ask for smaller pages or fewer fields`
