/** What an operation may cost: how deep it goes, and about how many values its answer has, by the page sizes it asks for. */
import { Kind, type FieldNode, type FragmentDefinitionNode, type OperationDefinitionNode, type SelectionSetNode, type ValueNode } from './graphql-js.js'
import { DEFAULT_PAGE, LARGEST_PAGE } from './connection.js'

export type Cost = { readonly depth: number; readonly values: number }

export type CostInput = {
  readonly fragment: (name: string) => FragmentDefinitionNode | undefined | null
  /** Undefined: not known yet; page sizes in variables then count as the largest only where they have no default. */
  readonly variables?: Readonly<Record<string, unknown>>
}

export function costOfOperation(operation: OperationDefinitionNode, { fragment, variables }: CostInput): Cost {
  const defaults = new Map((operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined]))
  /** A page beyond the largest is refused by its resolver, so no page is larger. */
  const sizeOf = (value: ValueNode): number => {
    if (value.kind === Kind.INT) return Math.min(Math.max(1, Number(value.value)), LARGEST_PAGE)
    if (value.kind !== Kind.VARIABLE) return DEFAULT_PAGE
    const { value: name } = value.name
    const given = variables?.[name] ?? defaults.get(name)
    return typeof given === 'number' ? Math.min(Math.max(1, given), LARGEST_PAGE) : DEFAULT_PAGE
  }
  const timesOf = ({ name, arguments: given = [] }: FieldNode): number => {
    const size = given.find((argument) => argument.name.value === 'first' || argument.name.value === 'last')
    if (size !== undefined && !(isAbsent(size.value, variables) && name.value in USUAL_SIZES)) return sizeOf(size.value)
    const ids = given.find((argument) => argument.name.value === 'ids')?.value
    if (ids !== undefined) return lengthOf(ids, variables)
    return PAGED.has(name.value) ? DEFAULT_PAGE : USUAL_SIZES[name.value] ?? 1
  }
  const fragments = new Map<string, Cost>()
  const costOfField = (field: FieldNode): Cost => {
    if (field.name.value.startsWith('__') || field.selectionSet === undefined) return { depth: 1, values: 1 }
    const nested = costOf(field.selectionSet)
    return { depth: nested.depth + 1, values: 1 + nested.values * timesOf(field) }
  }
  const costOf = (selections: SelectionSetNode): Cost => {
    let depth = 0
    let values = 0
    const add = (cost: Cost): void => {
      depth = Math.max(depth, cost.depth)
      values = Math.min(values + cost.values, Number.MAX_SAFE_INTEGER)
    }
    for (const selection of selections.selections) {
      switch (selection.kind) {
        case Kind.FIELD:
          add(costOfField(selection))
          break
        case Kind.INLINE_FRAGMENT:
          add(costOf(selection.selectionSet))
          break
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value
          // Reckoned once each: fragments that spread fragments twice would otherwise double the work with every level.
          // One inside itself is refused by another rule; here it must only end.
          const known = fragments.get(name)
          if (known !== undefined) {
            add(known)
            break
          }
          fragments.set(name, NOTHING)
          const found = fragment(name)
          const cost = found === undefined || found === null ? NOTHING : costOf(found.selectionSet)
          fragments.set(name, cost)
          add(cost)
          break
        }
      }
    }
    return { depth, values }
  }
  return costOf(operation.selectionSet)
}

const NOTHING: Cost = { depth: 0, values: 0 }

const isAbsent = (value: ValueNode, variables: Readonly<Record<string, unknown>> | undefined): boolean =>
  value.kind === Kind.NULL || (value.kind === Kind.VARIABLE && variables !== undefined && (variables[value.name.value] ?? null) === null)

/** Of a list of ids; one in a variable that is not known yet counts when it is. */
function lengthOf(ids: ValueNode, variables: Readonly<Record<string, unknown>> | undefined): number {
  if (ids.kind === Kind.LIST) return ids.values.length
  const given = ids.kind === Kind.VARIABLE ? variables?.[ids.name.value] : undefined
  return Array.isArray(given) ? given.length : 1
}

/** What lists without pages usually hold. */
const USUAL_SIZES: Readonly<Record<string, number>> = {
  transactions: 20, evidence: 20, verdicts: 5, custody: 5, producers: 20, hours: 24, byReason: 10, features: 20, engineScores: 5, signers: 5, nodes: 1, deadLetters: 20, validators: 5, roundTable: 5, peers: 5,
}

const PAGED: ReadonlySet<string> = new Set(['anomalies', 'blocks', 'calibrationRows', 'evidenceReports', 'reputationChanges', 'policies'])
