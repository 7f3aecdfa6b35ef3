/** A smallest query for each operation of the schema: what is needed as arguments, and of objects only their type. */
import { getNamedType, isCompositeType, isEnumType, isInputObjectType, isListType, isNonNullType, type GraphQLInputType, type GraphQLObjectType } from '../graphql-js.js'
import { schema } from '../schema.js'

export type SmallestOperation = { readonly name: string; readonly kind: 'query' | 'mutation' | 'subscription'; readonly text: string }

export function allOperations(): readonly SmallestOperation[] {
  const roots = [['query', schema.getQueryType()], ['mutation', schema.getMutationType()], ['subscription', schema.getSubscriptionType()]] as const
  return roots.flatMap(([kind, type]) => (type === undefined || type === null ? [] : operationsOf(kind, type)))
}

function operationsOf(kind: SmallestOperation['kind'], type: GraphQLObjectType): SmallestOperation[] {
  return Object.values(type.getFields()).map((field) => {
    const needed = field.args.filter((arg) => isNonNullType(arg.type)).map((arg) => `${arg.name}: ${literal(arg.type)}`)
    const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''
    return { name: `${type.name}.${field.name}`, kind, text: `${kind} { ${field.name}${needed.length === 0 ? '' : `(${needed.join(', ')})`}${selection} }` }
  })
}

function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType)
  if (isListType(type)) return '[]'
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null'
  if (isInputObjectType(type)) return '{}'
  return type.name === 'Long' || type.name === 'Int' ? '1' : type.name === 'Boolean' ? 'true' : '"00000000-0000-0000-0000-000000000000"'
}
