/**
 * Which signatures a message carries, so that they can be checked off the main thread before the core asks for them.
 * Nothing is decided here: the core verifies as ever and finds the verdict in memory. What is left out or wrong here
 * costs time, never safety.
 */
import { proposalSignBytes } from '../../domain/block.js'
import { timeoutSignBytes, voteSignBytes, type QuorumCertificate, type Timeout, type TimeoutCertificate, type Vote } from '../../domain/certificate.js'
import type { VerifySignature } from '../../domain/crypto.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import type { ValidatorId } from '../../domain/ids.js'
import type { Transaction } from '../../domain/transaction.js'
import type { SignatureChecks, SignatureClaim } from '../../platform/crypto/verified-cache.js'
import type { PeerMessage } from '../core/messages.js'

export type AheadPorts = {
  readonly set: ValidatorSet
  readonly ahead: SignatureChecks['ahead']
  /** Its verdicts are what `ahead` fills the memory with. */
  readonly verify: VerifySignature
  /** The signature inside a transaction; undefined where there is none or where it is known to be good. */
  claimOf(tx: Transaction): SignatureClaim | undefined
}

/** Resolves to the message when its signatures were looked at; the message itself when there was nothing to do. */
export function verifyAhead(ports: AheadPorts, message: PeerMessage): PeerMessage | Promise<PeerMessage> {
  // One signature: the core checks it sooner than it could be handed on.
  if (message.type === 'vote') return message
  const own = ports.ahead(claimsOfMembers(ports.set, message))
  if (message.type !== 'proposal') return own === undefined ? message : own.then(() => message)
  if (own !== undefined) return own.then(() => aheadOfTransactions(ports, message)).then(() => message)
  const rest = aheadOfTransactions(ports, message)
  return rest === undefined ? message : rest.then(() => message)
}

type ProposalMessage = Extract<PeerMessage, { type: 'proposal' }>

function aheadOfTransactions(ports: AheadPorts, message: ProposalMessage): Promise<void> | undefined {
  const claims = claimsOfTransactions(ports, message.proposal.block.transactions)
  // Up to 500 checks are not spent on a proposal before its proposer was found to have signed it.
  return claims.length > 0 && isFromProposer(ports, message) ? ports.ahead(claims) : undefined
}

const isFromProposer = ({ set, verify }: AheadPorts, message: ProposalMessage): boolean => {
  const [claim] = claimOfProposal(set, message)
  return claim !== undefined && verify(claim.publicKey, claim.message, claim.signature)
}

function claimsOfTransactions({ claimOf }: AheadPorts, transactions: readonly Transaction[]): readonly SignatureClaim[] {
  return transactions.flatMap((tx) => claimOf(tx) ?? [])
}

function claimsOfMembers(set: ValidatorSet, message: PeerMessage): readonly SignatureClaim[] {
  switch (message.type) {
    case 'vote':
      return claimOfVote(set, message.vote)
    case 'timeout':
      return claimsOfTimeout(set, message.timeout)
    case 'timeout-certificate':
      return claimsOfTc(set, message.tc)
    case 'sync-info':
      return [...claimsOfQc(set, message.info.highQc), ...claimsOfTc(set, message.info.highTc)]
    case 'proposal': {
      const { block, lastTc } = message.proposal
      return [...claimOfProposal(set, message), ...claimsOfQc(set, block.justify), ...claimsOfTc(set, lastTc)]
    }
  }
}

function claimOfProposal(set: ValidatorSet, { proposal: { block, signature } }: ProposalMessage): readonly SignatureClaim[] {
  const { proposer, epoch, view } = block.header
  return signedBy(set, proposer, proposalSignBytes(set.chainId, epoch, view, block.hash), signature)
}

const claimOfVote = (set: ValidatorSet, { data, voter, signature }: Vote): readonly SignatureClaim[] =>
  signedBy(set, voter, voteSignBytes(set.chainId, data), signature)

function claimsOfTimeout(set: ValidatorSet, { epoch, view, highQcView, sender, signature, highQc, lastTc }: Timeout): readonly SignatureClaim[] {
  return [...signedBy(set, sender, timeoutSignBytes(set.chainId, epoch, view, highQcView), signature), ...claimsOfQc(set, highQc), ...claimsOfTc(set, lastTc)]
}

function claimsOfQc(set: ValidatorSet, { data, signatures }: QuorumCertificate): readonly SignatureClaim[] {
  if (signatures.length === 0) return []
  const message = voteSignBytes(set.chainId, data)
  return signatures.flatMap(({ index, signature }) => memberClaim(set, index, message, signature))
}

function claimsOfTc(set: ValidatorSet, tc: TimeoutCertificate | undefined): readonly SignatureClaim[] {
  if (tc === undefined) return []
  const own = tc.signatures.flatMap(({ index, signature, highQcView }) => memberClaim(set, index, timeoutSignBytes(set.chainId, tc.epoch, tc.view, highQcView), signature))
  return [...own, ...claimsOfQc(set, tc.highQc)]
}

function signedBy(set: ValidatorSet, id: ValidatorId, message: Uint8Array, signature: Uint8Array): readonly SignatureClaim[] {
  const publicKey = set.byId(id)?.publicKey
  return publicKey === undefined ? [] : [{ publicKey, message, signature }]
}

/** Strangers have no claims: there are never more than the set has members. */
function memberClaim(set: ValidatorSet, index: number, message: Uint8Array, signature: Uint8Array): readonly SignatureClaim[] {
  const publicKey = set.validators[index]?.publicKey
  return publicKey === undefined ? [] : [{ publicKey, message, signature }]
}
