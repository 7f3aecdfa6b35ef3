/** Policies for people. */
import Table from 'cli-table3'
import type { documentOf, PolicyLine } from './read-policies.js'
import type { Proposed } from './propose.js'
import type { SignedPolicy } from './sign.js'

export type PolicyList = { readonly height: number; readonly policies: readonly PolicyLine[]; readonly rules: ReturnType<typeof documentOf> }

export const renderProposed = ({ policyId, sentence, at }: Proposed): string => `policy ${policyId} is at ${at}: ${sentence}`

export type SignedFile = { readonly policyId: string; readonly effectiveHeight: number; readonly file: string; /** RFC 3339 */ readonly sendFrom: string; readonly sendUntil: string }

export const signedOf = ({ policyId, effectiveHeight }: SignedPolicy, file: string, at: number, skewMs: number): SignedFile =>
  ({ policyId, effectiveHeight, file, sendFrom: new Date(at - skewMs).toISOString(), sendUntil: new Date(at + skewMs).toISOString() })

export const renderSigned = ({ policyId, effectiveHeight, file, sendFrom, sendUntil }: SignedFile): string =>
  `policy ${policyId} is in ${file}; send it between ${sendFrom} and ${sendUntil}, and early enough for a block below height ${effectiveHeight} to carry it`

export function renderPolicies({ height, policies, rules }: PolicyList): string {
  const table = new Table({ head: ['policy', 'state', 'action', 'rule', 'from', 'until', 'block', 'by', 'params'], style: { head: [], border: [] } })
  for (const { policyId, state, code, action, rule, effectiveHeight, expirationHeight, placement, authority, authorityName, params } of policies) {
    table.push([policyId, code === null ? state : `${state} (${code})`, action, rule, effectiveHeight, expirationHeight ?? '-', placement?.height ?? '-', authorityName ?? authority.slice(0, 12), subjectIn(params)])
  }
  const listed = policies.length === 0 ? 'no block has carried a policy' : table.toString()
  return `${listed}\nin force at height ${height}:\n${JSON.stringify(rules, null, 2)}`
}

/** Params without what has columns of its own, as JSON, which quotes what could steer a terminal. */
function subjectIn(params: string): string {
  const { policyId: _id, effectiveHeight: _from, expirationHeight: _until, ...subject } = JSON.parse(params) as Record<string, unknown>
  return JSON.stringify(subject)
}
