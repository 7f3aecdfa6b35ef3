/** Committed blocks and what they carry. */
export const blocks = /* GraphQL */ `
  type BlockConnection { edges: [BlockEdge!]! nodes: [Block!]! pageInfo: PageInfo! }
  type BlockEdge { cursor: String! node: Block! }

  type Block implements Node {
    id: ID!
    height: Long!
    hash: String!
    parentHash: String!
    stateRoot: String!
    txRoot: String!
    txCount: Int!
    view: Long!
    epoch: Long!
    timestamp: Time!
    committedAt: Time!
    proposerId: String!
    proposer: Validator
    certificateView: Long!
    "How many validators signed the block's certificate."
    certificateSigners: Int!
    "Those validators."
    signers: [Validator!]!
    "The block's certificate, base64."
    certificate: String!
    "The certificate that makes the block final, base64."
    commitCertificate: String!
    "Position of the block in the event log."
    logPosition: Long!
    "That it is in the audit tree; null until a checkpoint covers it."
    proof: AuditProof
    transactions: [Transaction!]!
  }

  type Transaction implements Node {
    id: ID!
    hash: String!
    index: Int!
    kind: String!
    status: String!
    "Why it failed."
    code: String
    anomalyId: ID
    anomaly: Anomaly
    producerId: String
    contentHash: String
  }
`
