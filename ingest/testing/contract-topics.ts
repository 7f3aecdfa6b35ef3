/** Topics an adapter under test must offer, empty at the start of each test. */
export const CONTRACT_TOPICS = { wide: 'contract.wide', narrow: 'contract.narrow' } as const
export const CONTRACT_PARTITIONS: Readonly<Record<string, number>> = { [CONTRACT_TOPICS.wide]: 3, [CONTRACT_TOPICS.narrow]: 1 }
