/**
 * The commit certificate: a quorum of votes for one block, each of which names the parent of that block as committed
 * (the 2-chain rule: the views of the two are consecutive). One such certificate makes the named block final.
 */
import { bytesOfHex, concat, tag } from './bytes.js'
import type { Header } from './block.js'
import { demand } from './fault.js'
import type { Network } from './genesis.js'
import type { Primitives } from './primitives.js'
import { Reader } from './reader.js'

export type CommitCertificate = {
  readonly view: number
  readonly commitHash: string
  readonly commitHeight: number
  /** What every signature covers, after the tag and the chain id. */
  readonly signed: Uint8Array
  readonly signatures: readonly { readonly index: number; readonly signature: Uint8Array }[]
}

const PART = 'commit.certificate'
const MAX_SIGNATURES = 256

export function readCertificate(bytes: Uint8Array): CommitCertificate {
  const reader = new Reader(bytes, PART)
  const [epoch, view, height] = [reader.u64('epoch'), reader.u64('view'), reader.u64('height')]
  reader.hex('blockHash')
  const parentView = reader.u64('parentView')
  const [commitHash, commitHeight] = [reader.hex('commitHash'), reader.u64('commitHeight')]
  const signed = bytes.slice(0, reader.at)
  const signatures = Array.from({ length: reader.count(MAX_SIGNATURES, 'signatures') }, () => ({ index: reader.u8('index'), signature: reader.raw(64, 'signature') }))
  reader.end()
  demand(epoch === 0, PART, `it is of epoch ${epoch}; this verifier knows the validators of epoch 0 alone`)
  demand(!/^0*$/.test(commitHash), PART, 'it commits nothing')
  demand(parentView + 1 === view, PART, `it commits a block though its views ${parentView} and ${view} are not consecutive`)
  demand(commitHeight + 1 === height, PART, `it commits height ${commitHeight} though its own block is at ${height}`)
  return { view, commitHash, commitHeight, signed, signatures }
}

/** The certificate commits the block itself, or the last of `headers`, which lead from the block's child down to it. */
export function checkCommitted(block: Header, headers: readonly Header[], certificate: CommitCertificate): void {
  let tip = block
  for (const header of headers) {
    demand(header.parentHash === tip.hash && header.height === tip.height + 1, 'commit.headers', `height ${header.height} is not the child of the block at ${tip.height}`)
    tip = header
  }
  const { commitHash, commitHeight } = certificate
  const says = `it commits ${commitHash.slice(0, 16)} at height ${commitHeight}, not ${tip.hash.slice(0, 16)} at height ${tip.height}`
  demand(commitHash === tip.hash && commitHeight === tip.height, PART, headers.length === 0 ? `${says}, which is the block` : `${says}, where commit.headers end`)
}

/** @returns names of the validators that signed, all checked */
export function checkVotes({ signed, signatures }: CommitCertificate, { chainId, quorum, validators }: Network, { verifyEd25519 }: Primitives): readonly string[] {
  demand(signatures.length >= quorum, PART, `${signatures.length} signatures, a quorum is ${quorum} of ${validators.length}`)
  const message = concat(tag('cybermesh/vote/v1'), bytesOfHex(chainId, 32, 'genesis', 'chainId'), signed)
  let last = -1
  return signatures.map(({ index, signature }) => {
    const validator = validators[index]
    demand(index > last, PART, 'signers are not in rising order')
    last = index
    demand(validator !== undefined, PART, `genesis has no validator ${index}`)
    demand(verifyEd25519(signature, message, bytesOfHex(validator.publicKey, 32, 'genesis', 'publicKey')), PART, `the signature of ${validator.name} does not verify`)
    return validator.name
  })
}
