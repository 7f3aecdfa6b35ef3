/** Which read model answers which question: what a request waits for, and whose position it is told. */
import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from './graphql-js.js'
import type { resolvers } from './resolvers.js'

/** Undefined: answered by no read model. */
const SERVED_BY: Readonly<Record<keyof typeof resolvers.Query, string | undefined>> = {
  anomaly: 'blocks', anomalies: 'blocks', blocks: 'blocks', block: 'blocks', validators: 'blocks', evidence: 'blocks', stateRoot: 'blocks', counts: 'blocks',
  timelineCount: 'timelines', auditRoot: 'audit', calibrationRows: 'calibration', hours: 'counters', reputationChanges: 'reputation', producers: 'reputation',
  evidenceReports: 'reports', policies: 'policies', rules: 'policies',
  projections: undefined, roundTable: undefined, logPosition: undefined,
}

/** Fields within others that another read model answers. */
const SERVED_WITHIN: Readonly<Record<string, string | undefined>> = { verdicts: 'reports', evidence: 'reports' }

/** Stores that are not SQL have positions of their own. */
export const IN_OTHER_STORE: ReadonlySet<string> = new Set(['timelines'])

export function findOperation(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  return name === undefined || name === null ? operations[0] : operations.find((operation) => operation.name?.value === name)
}

/** Names of the read models that the operation asks. */
export function modelsOf(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<string> {
  const models = new Set<string>()
  const visited = new Set<string>()
  const visit = (selections: SelectionSetNode, within: boolean): void => {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FIELD) {
        const { name: { value }, selectionSet } = selection
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
