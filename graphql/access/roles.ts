/**
 * Who may ask what: one table of every operation. A viewer sees what was decided; an analyst also what detectors said,
 * and gives verdicts; an auditor also the raw log and what failed; an operator does everything.
 */
import type { FeedName } from '../subscriptions/feed.js'
import type { Mutation } from '../resolvers/mutation.js'
import type { Query } from '../resolvers/query.js'

export const ROLES = ['viewer', 'analyst', 'auditor', 'operator'] as const
export type Role = (typeof ROLES)[number]

export type OperationName = `Query.${keyof typeof Query}` | `Mutation.${keyof typeof Mutation}` | `Subscription.${FeedName}`

const ALL: readonly Role[] = ROLES
const ANALYSTS: readonly Role[] = ['analyst', 'operator']
const OPERATORS: readonly Role[] = ['operator']
const AUDITORS: readonly Role[] = ['auditor', 'operator']

/** An operation that is not here cannot be asked by anyone; the type sees that all are. */
export const ALLOWED: Readonly<Record<OperationName, readonly Role[]>> = {
  'Query.node': ALL, 'Query.nodes': ALL,
  'Query.anomaly': ALL, 'Query.anomalies': ALL, 'Query.blocks': ALL, 'Query.block': ALL,
  'Query.validators': ALL, 'Query.evidence': ALL, 'Query.evidenceReports': ALL, 'Query.roundTable': ALL,
  'Query.producers': ALL, 'Query.reputationChanges': ALL, 'Query.policies': ALL, 'Query.rules': ALL,
  'Query.hours': ALL, 'Query.stateRoot': ALL, 'Query.timelineCount': ALL, 'Query.counts': ALL,
  'Query.projections': ALL, 'Query.auditRoot': ALL, 'Query.logPosition': ALL,
  'Query.calibrationRows': ANALYSTS,
  'Query.deadLetters': AUDITORS, 'Query.event': AUDITORS, 'Query.jobs': AUDITORS, 'Query.job': AUDITORS,
  'Mutation.rebuild': OPERATORS, 'Mutation.rollBack': OPERATORS, 'Mutation.redrive': OPERATORS, 'Mutation.cancelJob': OPERATORS,
  'Mutation.proposePolicy': OPERATORS,
  'Mutation.submitVerdict': ANALYSTS,
  'Subscription.lifecycle': ALL, 'Subscription.blocks': ALL,
  // With messages as they came.
  'Subscription.events': AUDITORS,
}

/** Whoever asks. `local`: someone on this machine where no keys are configured; reads everything and changes nothing. */
export type Caller = { readonly name: string; readonly role: Role | 'local' }

export const LOCAL_CALLER: Caller = { name: 'local', role: 'local' }

export function mayAsk({ role }: Caller, operation: string): boolean {
  if (role === 'local') return !operation.startsWith('Mutation.')
  return Object.hasOwn(ALLOWED, operation) && ALLOWED[operation as OperationName].includes(role)
}
