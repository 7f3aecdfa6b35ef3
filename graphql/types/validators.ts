/** Validators, where each stands now, and proofs against them. */
export const validators = /* GraphQL */ `
  type Validator implements Node {
    id: ID!
    name: String
    publicKey: String
    peerId: String
    isActive: Boolean!
    "Its score as a leader, 0 to 100: 100 takes its turns, less mostly gives them to others, 0 never leads."
    reputation: Float!
    "Proven to contradict itself: it votes, but never leads again."
    isJailed: Boolean!
    "Views it led that ended without a block."
    failures: Long!
    "Proofs against it."
    evidenceCount: Long!
    blocksProposed: Long!
    "Committed blocks whose certificate it signed."
    blocksVoted: Long!
    lastSeenAt: Time
  }

  "One validator at the round table. What is null is not known: it does not answer."
  type Seat {
    name: String!
    validatorId: ID!
    isUp: Boolean!
    "The view it is in; of a stopped one, the last it voted in or gave up."
    view: Long
    "Name of the leader of that view, as this validator elects."
    leader: String
    "View and height of the highest certificate it knows."
    highQcView: Long
    highQcHeight: Long
    committedHeight: Long
    stateRoot: String
    "Views it saw end without a certificate since it started."
    viewChanges: Long
    "Its share of turns to lead, 0 to 100, in the state that it holds."
    score: Int
    isJailed: Boolean
    "Why it has stopped signing for good."
    halted: String
    "Messages of peers that it refused since it started."
    refusedMessages: Long
    peers: [SeatPeer!]!
  }

  "What a validator last heard of another one."
  type SeatPeer {
    name: String!
    isConnected: Boolean!
    lastSeenAt: Time
    "As that one said itself."
    view: Long
    committedHeight: Long
    "Points for bad messages; at a hundred its messages are not read for a while."
    points: Int!
    cutOffForMs: Long!
  }

  enum ValidatorEvidenceKind {
    "Two different votes for one view."
    DUPLICATE_VOTE
    "Two blocks proposed for one view."
    DUPLICATE_PROPOSAL
  }

  type ValidatorEvidence {
    kind: ValidatorEvidenceKind!
    offenderId: ID!
    offender: Validator
    "The view that it signed two things for."
    view: Long!
    "The block that carries the proof."
    block: Block
    blockHeight: Long!
    txHash: String!
    "Who proposed that block."
    reporterId: ID!
    reporter: Validator
    recordedAt: Time!
  }
`
