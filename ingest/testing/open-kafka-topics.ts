/** Opens the contract suite's topics on a running broker; child processes import it by name. */
import { openKafkaTransport } from '../transport/kafka/kafka-transport.js'
import type { Transport } from '../transport/transport.js'
import { CONTRACT_PARTITIONS } from './contract-topics.js'

export const openKafkaTopics = (address: string): Promise<Transport> => openKafkaTransport({ brokers: [address], topics: CONTRACT_PARTITIONS, create: true })
