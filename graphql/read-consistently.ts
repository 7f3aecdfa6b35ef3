/**
 * Runs one request at one position: waits until the read models it asks have reached the position it wants, reads all
 * of SQL in one snapshot, and says in the answer where each read model stood, so that the next request can ask for no less.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { getDirectiveValues, GraphQLError, type DocumentNode, type ExecutionResult, type GraphQLDirective, type OperationDefinitionNode } from './graphql-js.js'
import { findDialect, type Dialect } from '../projections/sql/dialect.js'
import { TIMELINES_PROJECTION } from '../projections/timelines/projection.js'
import type { Caller } from './access/roles.js'
import { createContext, type ApiContext } from './context.js'
import { badInput } from './errors.js'
import { checkCost } from './limits.js'
import { schema } from './schema.js'
import { findOperation, IN_OTHER_STORE, modelsOf } from './served-by.js'
import { openSnapshot, type Snapshot } from './snapshot.js'
import type { ApiSources } from './sources.js'

export type Request = {
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: Caller
  /** A position that the read models must have reached, besides what the query says. */
  readonly atLeast?: number
}

export type ConsistentReader = { read(request: Request, execute: (context: ApiContext) => Promise<ExecutionResult> | ExecutionResult): Promise<ExecutionResult> }

const DEFAULT_WAIT_MS = 5000
const LONGEST_WAIT_MS = 60_000
const LOOK_AGAIN_MS = 25

export function createConsistentReader(sources: ApiSources): ConsistentReader {
  let dialect: Promise<Dialect> | undefined
  const askDialect = (): Promise<Dialect> => {
    dialect ??= findDialect(sources.sql).catch((error: unknown) => {
      dialect = undefined
      throw error
    })
    return dialect
  }
  /** The furthest position each read model was ever read at: who stands behind it has lost something. */
  const furthest = new Map<string, number>()

  const look = async (models: ReadonlySet<string>): Promise<View> => {
    // As it is now: another request may move it while this one looks.
    const floor = new Map(furthest)
    const isSqlAsked = [...models].some((model) => !IN_OTHER_STORE.has(model))
    const snapshot = isSqlAsked ? await openSnapshot(sources.sql, await askDialect()) : undefined
    try {
      const positions = new Map([...models].map((model) => [model, snapshot?.positions.get(model) ?? 0]))
      const { name, version } = TIMELINES_PROJECTION
      if (models.has(name)) positions.set(name, (await sources.timelines.checkpoint(name, version)).position)
      return { snapshot, positions, floor }
    } catch (error) {
      await snapshot?.close()
      throw error
    }
  }

  const readOnce: ConsistentReader['read'] = async (request, execute) => {
    const operation = findOperation(request.document, request.operationName)
    if (operation === undefined) return execute(createContext(sources, request.caller))
    let view: View | undefined
    try {
      checkCost(request.document, operation, request.variables)
      const { minPosition, waitMs } = wanted(operation, request.variables)
      view = await waitFor(Math.max(minPosition, request.atLeast ?? 0), waitMs, () => look(modelsOf(request.document, operation, request.variables)))
      refuseLost(view)
      for (const [model, position] of view.positions) furthest.set(model, Math.max(position, furthest.get(model) ?? 0))
      const result = await execute(createContext(sources, request.caller, view.snapshot?.sql, view.positions))
      return view.positions.size === 0 ? result : { ...result, extensions: { ...result.extensions, position: leastOf(view.positions), positions: Object.fromEntries(view.positions) } }
    } catch (error) {
      return { errors: [error instanceof GraphQLError ? error : new GraphQLError('the read models cannot be asked', { originalError: error as Error })] }
    } finally {
      // The answer is whole; whoever asked need not wait for the end of its snapshot, which never rejects.
      void view?.snapshot?.close()
    }
  }

  return {
    async read(request, execute) {
      for (let attempt = 1; ; attempt++) {
        const result = await readOnce(request, execute)
        // What changes something is done once.
        if (attempt === MOST_ATTEMPTS || !isConflict(result) || findOperation(request.document, request.operationName)?.operation === 'mutation') return result
      }
    },
  }
}

/** A database may end a transaction that only reads, for one that writes or that switches tables; the next snapshot is another one. */
const isConflict = ({ errors = [] }: ExecutionResult): boolean => errors.some(({ originalError }) => CONFLICTS.has(String((originalError as { code?: unknown } | undefined)?.code)))
/** Serialization failure, deadlock. */
const CONFLICTS = new Set(['40001', '40P01'])
const MOST_ATTEMPTS = 5

type View = {
  readonly snapshot: Snapshot | undefined
  readonly positions: ReadonlyMap<string, number>
  /** What had been reached before. */
  readonly floor: ReadonlyMap<string, number>
}

const leastOf = (positions: ReadonlyMap<string, number>): number => Math.min(...positions.values())

function wanted(operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): { minPosition: number; waitMs: number } {
  const given = getDirectiveValues(schema.getDirective('read') as GraphQLDirective, operation, variables) as { minPosition?: number | null; waitMs?: number | null } | undefined
  const { minPosition, waitMs } = { minPosition: given?.minPosition ?? 0, waitMs: given?.waitMs ?? DEFAULT_WAIT_MS }
  if (waitMs < 0 || waitMs > LONGEST_WAIT_MS) throw badInput('waitMs', `must be from 0 to ${LONGEST_WAIT_MS}, got ${waitMs}`)
  return { minPosition, waitMs }
}

async function waitFor(minPosition: number, waitMs: number, look: () => Promise<View>): Promise<View> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const view = await look()
    const late = [...view.positions].find(([, position]) => position < minPosition)
    if (late === undefined) return view
    await view.snapshot?.close()
    if (performance.now() > deadline) {
      const [projection, position] = late
      throw new GraphQLError(`${projection} stands at ${position} and has not reached ${minPosition} within ${waitMs} ms; ask again, or for less`,
        { extensions: { code: 'NOT_YET', projection, position, minPosition } })
    }
    await sleep(LOOK_AGAIN_MS)
  }
}

/** Better no answer than a short one. */
function refuseLost({ positions, floor }: View): void {
  for (const [projection, position] of positions) {
    const had = floor.get(projection) ?? 0
    if (position < had) {
      throw new GraphQLError(`${projection} lost what it had and is being built again: ${position} of ${had} events; ask again later`,
        { extensions: { code: 'READ_MODEL_HEALING', projection, position, had } })
    }
  }
}
