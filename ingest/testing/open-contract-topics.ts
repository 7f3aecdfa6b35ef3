/** Opens the embedded transport with the topics of the contract suite; child processes import it by name. */
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import type { Transport } from '../transport/transport.js'
import { CONTRACT_PARTITIONS } from './contract-topics.js'

export const openContractTopics = (path: string): Promise<Transport> => openEmbeddedTransport(path, { topics: CONTRACT_PARTITIONS })
