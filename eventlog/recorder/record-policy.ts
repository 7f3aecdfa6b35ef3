/** What a block says of a policy, as an event of its own: what it changes, from when, and whether it was applied. */
import { bytesToHex } from '../../domain/bytes.js'
import type { EventData, Placement } from '../../domain/events/schema.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import { sha256Hex } from '../../domain/hash.js'
import type { Hex32, UnixMillis } from '../../domain/ids.js'
import { decodePolicy } from '../../domain/message/policy.js'
import { readPolicy, textOfParams } from '../../domain/policy/policy.js'
import type { Transaction } from '../../domain/transaction.js'
import { policyStream } from '../log.js'
import type { RecorderContext } from './context.js'
import { readPolicyCount } from './index/entries.js'
import type { Session } from './session.js'

export type PolicySaid = Omit<EventData<'PolicyRecorded'>, 'placement' | 'outcome' | 'code' | 'at'>

/** Bytes that say nothing are in the block and nowhere else; no quorum of honest validators lets them in. */
export function recordPolicy(session: Session, tx: Transaction, placement: Placement, receipt: TxReceipt, context: RecorderContext, at: UnixMillis): void {
  const said = policySaid(tx.bytes, context)
  if (said === undefined) return
  const { policyId: id } = said
  const before = readPolicyCount(session.facts, id)
  session.add(policyStream(id), before === 0 ? 'none' : before - 1, `policy/${id}/${placement.blockHash}/${placement.txIndex}`, {
    type: 'PolicyRecorded',
    data: { ...said, placement, outcome: receipt.status === 'success' ? 'applied' : 'failed', code: receipt.status === 'failed' ? receipt.code : null, at },
  })
}

/** What the message says, in plain fields; undefined where it says nothing. */
export function policySaid(bytes: Uint8Array, { genesis }: Pick<RecorderContext, 'genesis'>): PolicySaid | undefined {
  const decoded = decodePolicy(bytes)
  if (!decoded.ok) return undefined
  const { id, action, rule, params: text, producerId, tsSeconds } = decoded.message
  const params = textOfParams(text)
  const read = params === undefined ? undefined : readPolicy({ id, action, rule, params })
  if (params === undefined || read?.ok !== true) return undefined
  const { effectiveHeight, expirationHeight, rollbackOf } = read.policy
  const authority = bytesToHex(producerId) as Hex32
  return {
    policyId: id, messageHash: sha256Hex(bytes) as Hex32, message: Buffer.from(bytes).toString('base64'), action, rule, params,
    effectiveHeight, expirationHeight: expirationHeight ?? null, rollbackOf: rollbackOf ?? null,
    authority, authorityName: genesis.policyAuthorities?.find(({ publicKey }) => publicKey === authority)?.name ?? null,
    issuedAtSeconds: tsSeconds,
  }
}
