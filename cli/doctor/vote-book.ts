/**
 * Every vote that left a trace, from wherever it did: the voter's own safety record, the votes others received, the
 * certificates. A validator with two different votes in one view has lied, whoever kept the traces.
 */
import type { QuorumCertificate } from '../../domain/certificate.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import { count, fail, ok, type Finding } from './finding.js'

export type SeenVote = { readonly voter: string; readonly view: number; readonly blockHash: string; readonly where: string }

export type VoteBook = {
  see(vote: SeenVote): void
  seeCertificate(certificate: QuorumCertificate, where: string): void
  summary(): VoteSummary
}

export type DoubleVote = { readonly voter: string; readonly view: number; readonly first: Trace; readonly second: Trace }
export type VoteSummary = { readonly views: number; readonly votes: number; readonly doubleVotes: readonly DoubleVote[] }
type Trace = { readonly blockHash: string; readonly where: string }

export function createVoteBook(set: ValidatorSet): VoteBook {
  const votes = new Map<string, Trace>()
  const views = new Set<number>()
  const doubleVotes = new Map<string, DoubleVote>()
  const see = ({ voter, view, blockHash, where }: SeenVote): void => {
    const key = `${voter}/${view}`
    const first = votes.get(key)
    views.add(view)
    if (first === undefined) votes.set(key, { blockHash, where })
    else if (first.blockHash !== blockHash && !doubleVotes.has(key)) doubleVotes.set(key, { voter, view, first, second: { blockHash, where } })
  }
  return {
    see,
    seeCertificate({ data, signatures }, where) {
      for (const { index } of signatures) {
        const voter = set.validators[index]?.id
        if (voter !== undefined) see({ voter, view: data.view, blockHash: data.blockHash, where })
      }
    },
    summary: () => ({ views: views.size, votes: votes.size, doubleVotes: [...doubleVotes.values()] }),
  }
}

export function judgeVotes({ views, votes, doubleVotes }: VoteSummary, set: ValidatorSet): Finding {
  const checked = `${count(votes, 'vote')} in ${count(views, 'view')} checked`
  const [worst] = doubleVotes
  if (worst === undefined) return ok('votes', `${checked}: no validator has two different votes in one view`)
  const name = set.validators.find(({ id }) => id === worst.voter)?.name ?? worst.voter.slice(0, 16)
  return fail('votes', `${name} voted twice in view ${worst.view}: for ${worst.first.blockHash.slice(0, 16)} (${worst.first.where}) and for ` +
    `${worst.second.blockHash.slice(0, 16)} (${worst.second.where}); stop it, keep both files as evidence and retire its key (${checked}, ${count(doubleVotes.length, 'double vote')})`)
}
