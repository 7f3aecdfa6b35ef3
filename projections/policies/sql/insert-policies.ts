/** Writes the policies that a batch tells. */
import type { EventData } from '../../../domain/events/schema.js'
import type { Position } from '../../../domain/ids.js'
import { eventTime } from '../../lives/times.js'
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { bytesOfHex, plainText, timeOfSeconds } from '../../sql/values.js'

type Lapsed = EventData<'PolicyLapsed'> & { readonly outcome: 'lapsed'; readonly code: null; readonly placement: null }

export type RecordedPolicy = { readonly position: Position; readonly data: EventData<'PolicyRecorded'> | Lapsed }

export const asLapsed = (data: EventData<'PolicyLapsed'>): Lapsed => ({ ...data, outcome: 'lapsed', code: null, placement: null })

const COLUMNS: readonly Column<RecordedPolicy>[] = [
  { name: 'log_position', type: 'int8', value: ({ position }) => position },
  { name: 'policy_id', type: 'uuid', value: ({ data }) => data.policyId },
  { name: 'action', type: 'text', value: ({ data }) => data.action },
  { name: 'rule', type: 'text', value: ({ data }) => data.rule },
  { name: 'params', type: 'text', value: ({ data }) => plainText(data.params) },
  { name: 'effective_height', type: 'int8', value: ({ data }) => data.effectiveHeight },
  { name: 'expiration_height', type: 'int8', value: ({ data }) => data.expirationHeight },
  { name: 'rollback_of', type: 'uuid', value: ({ data }) => data.rollbackOf },
  { name: 'authority', type: 'bytea', value: ({ data }) => bytesOfHex(data.authority) },
  { name: 'authority_name', type: 'text', value: ({ data }) => plainText(data.authorityName) },
  { name: 'outcome', type: 'text', value: ({ data }) => data.outcome },
  { name: 'code', type: 'text', value: ({ data }) => data.code },
  { name: 'block_height', type: 'int8', value: ({ data }) => data.placement?.height ?? null },
  { name: 'tx_index', type: 'int4', value: ({ data }) => data.placement?.txIndex ?? null },
  { name: 'tx_hash', type: 'bytea', value: ({ data }) => bytesOfHex(data.placement?.txId ?? null) },
  { name: 'issued_at', type: 'timestamptz', value: ({ data }) => timeOfSeconds(data.issuedAtSeconds) },
  { name: 'recorded_at', type: 'timestamptz', value: ({ data }) => eventTime(data.at) },
]

export const insertPolicies = (policies: readonly RecordedPolicy[]): SqlStatement[] => insertRows('policies', COLUMNS, policies, '(log_position) DO NOTHING')
