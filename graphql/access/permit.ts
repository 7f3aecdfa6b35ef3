/** Refuses an operation that the caller's role does not allow, by the fields at its root, before anything runs. */
import { GraphQLError, Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from '../graphql-js.js'
import { ALLOWED, mayAsk, type Caller, type OperationName } from './roles.js'

const ROOTS = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const

/** The error that says so, or undefined. */
export function refuseOperation(caller: Caller, document: DocumentNode, operation: OperationDefinitionNode): GraphQLError | undefined {
  const denied = rootFields(document, operation).find((field) => !mayAsk(caller, field))
  if (denied === undefined) return undefined
  const roles = (ALLOWED as Readonly<Record<string, readonly string[] | undefined>>)[denied as OperationName] ?? []
  const sentence = caller.role === 'local'
    ? `${denied} changes something; send the operator token (run/operator.token in the data folder) as Authorization: Bearer <token>`
    : `${denied} is for ${roles.join(' and ')}; ${caller.name} is ${caller.role}`
  return new GraphQLError(sentence, { extensions: { code: 'FORBIDDEN', operation: denied } })
}

/** `Query.anomaly` and so on, also those within fragments; introspection is for everyone. */
export function rootFields(document: DocumentNode, operation: OperationDefinitionNode): readonly string[] {
  const fields = new Set<string>()
  const visited = new Set<string>()
  const visit = (selections: SelectionSetNode): void => {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FIELD) {
        if (!selection.name.value.startsWith('__')) fields.add(`${ROOTS[operation.operation]}.${selection.name.value}`)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet)
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value)
        const fragment = document.definitions.find((definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value)
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) visit(fragment.selectionSet)
      }
    }
  }
  visit(operation.selectionSet)
  return [...fields]
}
