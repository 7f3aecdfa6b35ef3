/**
 * One subscription: each event of its feed executed as an answer of its own. Where the answer asks read models, they are
 * waited for, so that an event never shows what was before it; nothing is skipped meanwhile, the log keeps what is to come.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { refuseOperation } from '../access/permit.js'
import type { Caller } from '../access/roles.js'
import { createContext } from '../context.js'
import { execute, getArgumentValues, getVariableValues, Kind, type DocumentNode, type ExecutionResult, type FieldNode, type OperationDefinitionNode } from '../graphql-js.js'
import type { ConsistentReader } from '../read-consistently.js'
import { masked, type QueryResult, type Report } from '../run-operation.js'
import { schema } from '../schema.js'
import { modelsOf } from '../served-by.js'
import type { ApiSources } from '../sources.js'
import { planFeed, type Feed, type FeedArguments, type FeedName } from './feed.js'

export type SubscriptionRequest = {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: Caller
  readonly resumeAt: number | undefined
}

export type SubscriptionItem = { readonly position: number; readonly result: QueryResult | undefined }

export type Subscription =
  | { readonly ok: true; readonly from: number; open(signal: AbortSignal): AsyncGenerator<SubscriptionItem> }
  | { readonly ok: false; readonly errors: readonly Record<string, unknown>[] }

export type SubscriptionDeps = { readonly sources: ApiSources; readonly reader: ConsistentReader; readonly report: Report }

export async function planSubscription(request: SubscriptionRequest, deps: SubscriptionDeps): Promise<Subscription> {
  const { document, operation, variables: given, caller, resumeAt } = request
  const refuse = (errors: readonly unknown[]): Subscription => ({ ok: false, errors: masked(errors, deps.report) })
  const refusal = refuseOperation(caller, document, operation)
  if (refusal !== undefined) return refuse([refusal])
  const variables = getVariableValues(schema, operation.variableDefinitions ?? [], given)
  if (variables.errors !== undefined) return refuse(variables.errors)
  let feed: Feed
  try {
    const { name, args } = rootOf(document, operation, variables.coerced)
    feed = await planFeed(deps.sources.log, name, args, resumeAt)
    const answer = answerer(request, name, deps)
    return {
      ok: true, from: feed.from,
      async *open(signal) {
        for await (const item of feed.open(signal)) {
          if (item.kind === 'checkpoint') yield { position: item.position, result: undefined }
          else yield { position: item.position, result: await answer(item.position, item.value, signal) }
        }
      },
    }
  } catch (error) {
    return refuse([error])
  }
}

/** Whatever keeps a read model behind passes; what is wrong with a query does not. */
const PASSING: ReadonlySet<unknown> = new Set(['NOT_YET', 'READ_MODEL_HEALING', 'UNAVAILABLE'])
const TRY_AGAIN_MS = 500

function answerer({ document, operation, variables, caller }: SubscriptionRequest, name: FeedName, { sources, reader, report }: SubscriptionDeps) {
  const asksModels = modelsOf(document, operation, variables).size > 0
  const run = (value: object, contextValue: unknown): Promise<ExecutionResult> | ExecutionResult =>
    execute({ schema, document, operationName: operation.name?.value ?? null, variableValues: variables, rootValue: { [name]: value }, contextValue })
  return async (position: number, value: object, signal: AbortSignal): Promise<QueryResult> => {
    for (;;) {
      const result = asksModels
        ? await reader.read({ document, operationName: operation.name?.value, variables, caller, atLeast: position }, (context) => run(value, context))
        : await run(value, createContext(sources, caller))
      const errors = result.errors === undefined ? undefined : masked(result.errors, report)
      const isPassing = errors?.some(({ extensions }) => PASSING.has((extensions as { readonly code?: unknown } | undefined)?.code)) === true
      if (isPassing && !signal.aborted) {
        await sleep(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined)
        continue
      }
      return { ...(result.data === undefined ? {} : { data: result.data as Record<string, unknown> | null }), ...(errors === undefined ? {} : { errors }) }
    }
  }
}

/** Validation let only one field through, perhaps within fragments. */
function rootOf(document: DocumentNode, operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): { readonly name: FeedName; readonly args: FeedArguments } {
  const field = firstField(document, operation)
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value]
  if (definition === undefined) throw new Error(`no subscription ${field.name.value}`)
  return { name: field.name.value as FeedName, args: getArgumentValues(definition, field, variables) }
}

function firstField(document: DocumentNode, { selectionSet }: { readonly selectionSet: OperationDefinitionNode['selectionSet'] }): FieldNode {
  const [first] = selectionSet.selections
  if (first?.kind === Kind.FIELD) return first
  if (first?.kind === Kind.INLINE_FRAGMENT) return firstField(document, first)
  const fragment = document.definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && first !== undefined && one.name.value === first.name.value)
  if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error('a subscription without a field')
  return firstField(document, fragment)
}

