/** The executable schema, made once. */
import type { GraphQLSchema } from './graphql-js.js'
import { createSchema } from 'graphql-yoga'
import type { ApiContext } from './context.js'
import { resolvers } from './resolvers/index.js'
import { typeDefinitions } from './type-definitions.js'

export const schema: GraphQLSchema = createSchema<ApiContext>({ typeDefs: typeDefinitions, resolvers })
