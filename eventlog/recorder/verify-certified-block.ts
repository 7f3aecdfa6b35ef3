/**
 * Is this block final, and is it the next one? Everything is checked against genesis and the block before: nothing a
 * validator says is believed for its own sake.
 */
import { headerHash, isConsistent, type BlockHeader } from '../../domain/block.js'
import { receiptsRootOf } from '../../domain/execution/tx-receipt.js'
import type { BlockHash, Height } from '../../domain/ids.js'
import { verifyQc } from '../../domain/verify-certificate.js'
import type { RecorderContext } from './context.js'
import type { CertifiedBlock } from './ports.js'

export type BlockFault =
  | 'wrong-height' | 'wrong-chain' | 'wrong-parent' | 'wrong-hash' | 'wrong-transactions' | 'wrong-receipts'
  | 'bad-justify' | 'bad-certificate' | 'bad-commit-certificate' | 'not-committed'

export type BlockCheck = { readonly ok: true } | { readonly ok: false; readonly fault: BlockFault }

export type ExpectedBlock = { readonly height: Height; readonly parentHash: BlockHash }

export function verifyCertifiedBlock(item: CertifiedBlock, expected: ExpectedBlock, { set, genesisHash, verify }: Pick<RecorderContext, 'set' | 'genesisHash' | 'verify'>): BlockCheck {
  const { block, certificate, commitCertificate } = item
  const { header, justify } = block
  const fault = (name: BlockFault): BlockCheck => ({ ok: false, fault: name })

  if (header.height !== expected.height) return fault('wrong-height')
  if (header.chainId !== set.chainId || header.epoch !== set.epoch) return fault('wrong-chain')
  if (header.parentHash !== expected.parentHash) return fault('wrong-parent')
  if (headerHash(header) !== block.hash) return fault('wrong-hash')
  if (!isConsistent(block)) return fault('wrong-transactions')
  if (!areReceiptsOfBlock(item)) return fault('wrong-receipts')

  if (justify.data.blockHash !== header.parentHash || justify.data.height + 1 !== header.height) return fault('bad-justify')
  if (!verifyQc(justify, set, genesisHash, verify).ok) return fault('bad-justify')

  const { data } = certificate
  if (data.blockHash !== block.hash || data.height !== header.height || data.view !== header.view) return fault('bad-certificate')
  if (!verifyQc(certificate, set, genesisHash, verify).ok) return fault('bad-certificate')

  if (!verifyQc(commitCertificate, set, genesisHash, verify).ok) return fault('bad-commit-certificate')
  return isCommittedBy(item) ? { ok: true } : fault('not-committed')
}

function areReceiptsOfBlock({ block, receipts }: CertifiedBlock): boolean {
  if (receipts.length !== block.transactions.length) return false
  if (receipts.some(({ txId }, index) => block.transactions[index]?.id !== txId)) return false
  return receiptsRootOf(receipts) === block.header.receiptsRoot
}

/** The commit info names the block, or the end of a gapless chain of headers that begins with its child. */
function isCommittedBy({ block, commitCertificate, headers }: CertifiedBlock): boolean {
  let tip: { readonly hash: BlockHash; readonly height: Height } = { hash: block.hash, height: block.header.height }
  for (const header of headers) {
    if (!isChildOf(header, tip)) return false
    tip = { hash: headerHash(header), height: header.height }
  }
  const { commit } = commitCertificate.data
  return commit !== undefined && commit.hash === tip.hash && commit.height === tip.height
}

const isChildOf = (header: BlockHeader, parent: { readonly hash: BlockHash; readonly height: Height }): boolean =>
  header.parentHash === parent.hash && header.height === parent.height + 1
