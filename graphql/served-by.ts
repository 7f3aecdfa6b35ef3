/** Which read model answers which question: what a request waits for, and whose position it is told. */
import { Kind, type DocumentNode, type FieldNode, type OperationDefinitionNode, type SelectionSetNode } from './graphql-js.js'
import type { resolvers } from './resolvers/index.js'

/** Undefined: answered by no read model. */
const SERVED_BY: Readonly<Record<keyof typeof resolvers.Query, string | undefined>> = {
  anomaly: 'blocks', anomalies: 'blocks', blocks: 'blocks', block: 'blocks', validators: 'blocks', evidence: 'blocks', stateRoot: 'blocks', counts: 'blocks',
  timelineCount: 'timelines', auditRoot: 'audit', calibrationRows: 'calibration', hours: 'counters', reputationChanges: 'reputation', producers: 'reputation',
  evidenceReports: 'reports', policies: 'policies', rules: 'policies',
  node: 'blocks', nodes: 'blocks', deadLetters: undefined, event: undefined, jobs: undefined, job: undefined,
  projections: undefined, roundTable: undefined, logPosition: undefined,
}

/** Fields within others that another read model answers. */
const SERVED_WITHIN: Readonly<Record<string, string | undefined>> = { verdicts: 'reports', evidence: 'reports', anomaly: 'blocks', block: 'blocks' }

/** Values that come from another read model than what they are in, and filters that ask one. */
const SOURCE_ADDRESS = 'sourceAddress'

/** Stores that are not SQL have positions of their own. */
export const IN_OTHER_STORE: ReadonlySet<string> = new Set(['timelines'])

export function findOperation(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  return name === undefined || name === null ? operations[0] : operations.find((operation) => operation.name?.value === name)
}

/** Whether a list is filtered by what another read model knows; a filter in a variable that is not given asks nothing. */
function filtersBySource({ arguments: given = [] }: FieldNode, variables: Readonly<Record<string, unknown>>): boolean {
  const filter = given.find(({ name }) => name.value === 'filter')?.value
  if (filter?.kind === Kind.VARIABLE) return (variables[filter.name.value] as { readonly [SOURCE_ADDRESS]?: unknown } | null | undefined)?.[SOURCE_ADDRESS] !== undefined
  return filter?.kind === Kind.OBJECT && filter.fields.some(({ name }) => name.value === SOURCE_ADDRESS)
}

/** Names of the read models that the operation asks. */
export function modelsOf(document: DocumentNode, operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>> = {}): ReadonlySet<string> {
  const models = new Set<string>()
  const visited = new Set<string>()
  const visit = (selections: SelectionSetNode, within: boolean): void => {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FIELD) {
        const { name: { value }, selectionSet } = selection
        if (value === SOURCE_ADDRESS || filtersBySource(selection, variables)) models.add('calibration')
        // A value within, such as the evidence behind a step of a life, comes with what it is in.
        const model = !within ? SERVED_BY[value as keyof typeof SERVED_BY] : selectionSet === undefined ? undefined : SERVED_WITHIN[value]
        if (model !== undefined) models.add(model)
        if (selectionSet !== undefined) visit(selectionSet, true)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet, within)
      } else if (!visited.has(`${within} ${selection.name.value}`)) {
        visited.add(`${within} ${selection.name.value}`)
        const fragment = document.definitions.find((definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value)
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) visit(fragment.selectionSet, within)
      }
    }
  }
  visit(operation.selectionSet, false)
  return models
}
