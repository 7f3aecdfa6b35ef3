/** All liars by name. */
import { equivocate } from './equivocate.js'
import { flood } from './flood.js'
import { forgeCertificates } from './forge.js'
import { garble } from './garble.js'
import type { Liar } from './liar.js'
import { lieWhenAsked } from './lie-when-asked.js'
import { proposeNonsense } from './propose-nonsense.js'
import { replay } from './replay.js'
import { staleLeader } from './stale-leader.js'
import { voteForAll } from './vote-for-all.js'
import { showToOne, withholdProposals, withholdTimeouts, withholdVotes } from './withhold.js'

export const LIARS = {
  equivocate, voteForAll, withholdVotes, withholdTimeouts, withholdProposals, showToOne, staleLeader, forgeCertificates,
  garble, replay, flood, lieWhenAsked, proposeNonsense,
} satisfies Record<string, Liar>

export type LiarName = keyof typeof LIARS
export const LIAR_NAMES = Object.keys(LIARS) as readonly LiarName[]
