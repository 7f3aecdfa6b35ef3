/** The topics of the mesh; nothing else may be subscribed to or published. */
export const GOSSIP_TOPICS = { transactions: '/cybermesh/transactions/1', receipts: '/cybermesh/receipts/1', commits: '/cybermesh/commits/1', evidence: '/cybermesh/evidence/1' } as const
export type GossipTopic = keyof typeof GOSSIP_TOPICS
