/** The two pages that people wait for, and the same for PostGraphile, which knows tables and not lives. */
import { ownOperations } from '../../graphql/own-operations.js'

export type Page = 'lifecycle' | 'block'
export const PAGES: readonly Page[] = ['lifecycle', 'block']

export type Subjects = { readonly anomalyIds: readonly string[]; readonly heights: readonly number[] }

/** Bodies of POST requests, each about another anomaly or block. */
export function bodiesOf(page: Page, { anomalyIds, heights }: Subjects): readonly string[] {
  const query = ownOperations().get(page)
  return page === 'lifecycle' ? anomalyIds.map((id) => JSON.stringify({ query, variables: { id } })) : heights.map((height) => JSON.stringify({ query, variables: { height } }))
}

const ANOMALY_ROW = `query ($id: UUID!) { anomalyByAnomalyId(anomalyId: $id) {
  anomalyId state type source severity confidence producerId publishedAt settledAt rejectCode admittedAt committedAt rejectedAt timeoutAt expiredAt admittedBy admittedValidator rejectedBy rejectedValidators blockHeight } }`
const BLOCK_ROW = `query ($height: BigInt!) { blockByHeight(height: $height) { height blockHash parentHash stateRoot txRoot txCount viewNumber timestamp committedAt qcView qcSignatures proposerId }
  allTransactions(condition: { blockHeight: $height }) { nodes { txIndex txHash txKind status code anomalyId } } }`

/** The rows behind a page, without what only resolvers know: steps with their evidence, who signed, verdicts, proposers by name. */
export function rowBodiesOf(page: Page, { anomalyIds, heights }: Subjects): readonly string[] {
  return page === 'lifecycle'
    ? anomalyIds.map((id) => JSON.stringify({ query: ANOMALY_ROW, variables: { id } }))
    : heights.map((height) => JSON.stringify({ query: BLOCK_ROW, variables: { height: String(height) } }))
}
