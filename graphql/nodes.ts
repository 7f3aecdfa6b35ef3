/**
 * `node(id)`: what an id names. Ids are the natural ones everywhere (an anomaly's is its own UUID), so their shape says
 * where to look: a UUID is an anomaly, else a report, else a policy; 64 hex digits are a validator, else a producer.
 */
import { isHex32, isUuid } from '../domain/ids.js'
import type { ApiContext } from './context.js'
import { badInput } from './errors.js'

const MOST_NODES = 100

export const blockId = (height: number): string => `block:${height}`
export const transactionId = (height: number, index: number): string => `transaction:${height}:${index}`

/** A node with the name of its type, which the union of views does not carry. */
type Found = { readonly __typename: string } & object

export async function findNode(id: string, context: ApiContext): Promise<Found | null> {
  if (isUuid(id)) return findByUuid(id, context)
  if (isHex32(id)) return findByKey(id, context)
  const [, height, index] = /^(?:block|transaction):(\d{1,15})(?::(\d{1,9}))?$/.exec(id) ?? []
  if (height !== undefined && id.startsWith('block:') && index === undefined) return named('Block', await context.blocks.load(Number(height)))
  if (height !== undefined && id.startsWith('transaction:') && index !== undefined) {
    return named('Transaction', (await context.transactions.load(Number(height))).find((one) => one.index === Number(index)))
  }
  throw badInput('id', 'names nothing: it must be an id as a type of the interface Node gives it')
}

export function findNodes(ids: readonly string[], context: ApiContext): Promise<(Found | null)[]> {
  if (ids.length > MOST_NODES) throw badInput('ids', `must be at most ${MOST_NODES}, got ${ids.length}`)
  return Promise.all(ids.map((id) => findNode(id, context)))
}

async function findByUuid(id: string, context: ApiContext): Promise<Found | null> {
  const anomaly = await context.anomalies.load(id)
  if (anomaly !== undefined) return named('Anomaly', anomaly)
  const [report, policy] = await Promise.all([context.reportsById.load(id), context.policies.load(id)])
  return report === undefined ? named('Policy', policy) : named('EvidenceReport', report)
}

async function findByKey(id: string, context: ApiContext): Promise<Found | null> {
  const validator = (await context.validators()).get(id)
  if (validator !== undefined) return named('Validator', validator)
  return named('Producer', (await context.producers()).get(id))
}

const named = (typename: string, view: object | undefined): Found | null => (view === undefined ? null : { ...view, __typename: typename })
