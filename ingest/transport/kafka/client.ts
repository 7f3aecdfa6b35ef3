/** One Kafka client from a configuration, with its log turned into ours. */
import { Kafka, logLevel, type KafkaConfig, type RetryOptions } from 'kafkajs'

export type KafkaAddress = {
  /** host:port, at least one. */
  readonly brokers: readonly string[]
  /** Shows in the broker's logs. */
  readonly clientId?: string
  /** TLS with the system's authorities, or with the one in `ca` (PEM text). */
  readonly tls?: { readonly ca?: string }
  readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string }
}

/** A broker that is away for a while is waited for; nothing that was accepted is given up. */
export const PATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 2000, factor: 0.2, multiplier: 1.5, retries: 1_000_000_000 }
/** At the start an address that is wrong should be said soon. */
export const QUICK: RetryOptions = { initialRetryTime: 100, maxRetryTime: 500, retries: 3 }

const CONNECT_MS = 5000
const AUTHENTICATE_MS = 10_000

/**
 * @param retry QUICK or PATIENT, for connections and everything asked over them
 * @param onWarning hears what the client says of connections and rebalances
 */
export function createKafka({ brokers, clientId = 'cybermesh', tls, sasl }: KafkaAddress, retry: RetryOptions, onWarning: (sentence: string) => void): Kafka {
  const config: KafkaConfig = {
    brokers: [...brokers], clientId, connectionTimeout: CONNECT_MS, authenticationTimeout: AUTHENTICATE_MS, retry,
    logLevel: logLevel.WARN,
    logCreator: () => ({ namespace, log }) => {
      const reason = (log as { readonly error?: unknown }).error
      onWarning(`Kafka client, ${namespace}: ${log.message}${typeof reason === 'string' ? `: ${reason}` : ''}`)
    },
    ...(tls === undefined ? {} : { ssl: tls.ca === undefined ? true : { ca: [tls.ca] } }),
  }
  return new Kafka(sasl === undefined ? config : { ...config, sasl: { ...sasl } as NonNullable<KafkaConfig['sasl']> })
}
