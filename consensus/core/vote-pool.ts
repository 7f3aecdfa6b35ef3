/**
 * Collects votes into certificates. Votes that say different things are never added up: they are grouped by all that
 * was signed. At most two votes a validator and view are kept: the second is evidence, a third tells nothing new.
 */
import { writeVoteData, type QuorumCertificate, type Vote } from '../../domain/certificate.js'
import { bytesToHex, ByteWriter } from '../../domain/bytes.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import type { ValidatorId, View } from '../../domain/ids.js'

export type VoteOutcome =
  | { readonly kind: 'counted' }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'certified'; readonly qc: QuorumCertificate }
  | { readonly kind: 'double-vote'; readonly first: Vote; readonly second: Vote }

type ViewVotes = { readonly byVoter: Map<ValidatorId, Vote>; readonly byContent: Map<string, Vote[]>; readonly doubled: Set<ValidatorId> }

export type VotePool = {
  /** Adds a vote whose signature was verified. */
  add(vote: Vote): VoteOutcome
  /** The vote of the highest view that was ever added of this validator, also when its view is forgotten. */
  newestOf(voter: ValidatorId): Vote | undefined
  /** Forgets views below `view`. */
  prune(view: View): void
  readonly size: number
}

export function createVotePool(set: ValidatorSet): VotePool {
  const views = new Map<View, ViewVotes>()
  const newest = new Map<ValidatorId, Vote>()

  const votesOf = (view: View): ViewVotes => {
    const known = views.get(view)
    if (known !== undefined) return known
    const fresh: ViewVotes = { byVoter: new Map(), byContent: new Map(), doubled: new Set() }
    views.set(view, fresh)
    return fresh
  }

  return {
    add(vote) {
      if (vote.data.view > (newest.get(vote.voter)?.data.view ?? 0)) newest.set(vote.voter, vote)
      const votes = votesOf(vote.data.view)
      const content = contentKey(vote)
      const first = votes.byVoter.get(vote.voter)
      if (first !== undefined) {
        if (contentKey(first) === content || votes.doubled.has(vote.voter)) return { kind: 'repeated' }
        votes.doubled.add(vote.voter)
        return { kind: 'double-vote', first, second: vote }
      }
      votes.byVoter.set(vote.voter, vote)
      const same = [...(votes.byContent.get(content) ?? []), vote]
      votes.byContent.set(content, same)
      return same.length === set.quorum ? { kind: 'certified', qc: assembleQc(set, same) } : { kind: 'counted' }
    },
    newestOf: (voter) => newest.get(voter),
    prune(view) {
      for (const known of views.keys()) if (known < view) views.delete(known)
    },
    get size() {
      return views.size
    },
  }
}

function contentKey(vote: Vote): string {
  const writer = new ByteWriter(128)
  writeVoteData(writer, vote.data)
  return bytesToHex(writer.finish())
}

function assembleQc(set: ValidatorSet, votes: readonly Vote[]): QuorumCertificate {
  const first = votes[0] as Vote
  const signatures = votes
    .map(({ voter, signature }) => ({ index: (set.byId(voter) as { index: number }).index, signature }))
    .sort((a, b) => a.index - b.index)
  return { data: first.data, signatures }
}
