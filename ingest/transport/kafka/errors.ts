/** What can go wrong with Kafka: each error has a code, names the field and says what to do. */

export type KafkaFault =
  | 'UNREACHABLE' | 'CERTIFICATE' | 'AUTHENTICATION' | 'NOT_ALLOWED' | 'MISSING_TOPIC' | 'TOO_FEW_PARTITIONS' | 'NO_LEADER'
  | 'RECORD_TOO_LARGE' | 'UNKNOWN_TOPIC' | 'BAD_PARTITION' | 'BAD_OPTION' | 'CLOSED' | 'FAILED'

export class KafkaTransportError extends Error {
  constructor(readonly code: KafkaFault, readonly field: string, reason: string, options?: ErrorOptions) {
    super(`Kafka: ${field}: ${reason}`, options)
    this.name = 'KafkaTransportError'
  }
}

/** The client wraps errors in errors; the innermost says what happened. */
function innermost(error: unknown): Error & { code?: unknown; type?: unknown } {
  let found = error instanceof Error ? error : new Error(String(error))
  while (found.name.startsWith('KafkaJS') && found.cause instanceof Error) found = found.cause
  return found
}

/** What the broker calls the fault, such as LEADER_NOT_AVAILABLE; empty where it was not the broker that said no. */
export const brokerFaultOf = (error: unknown): string => String(innermost(error).type ?? '')

/** What the client says where a broker names no coordinator of a group, for want of rights too. */
export const hasNoCoordinator = (error: unknown): boolean => /find group coordinator/i.test(innermost(error).message)

const CERTIFICATE = /certificate|self[- ]signed|unable to verify|altnames|CERT_|SSL routines|wrong version number/i

/** One clear sentence for whatever the client threw while talking to `brokers`. */
export function kafkaErrorFrom(error: unknown, brokers: readonly string[]): KafkaTransportError {
  if (error instanceof KafkaTransportError) return error
  const cause = innermost(error)
  const type = brokerFaultOf(error)
  const text = `${cause.message} ${(error as Error).message}`
  const where = brokers.join(', ')
  const say = (code: KafkaFault, field: string, reason: string): KafkaTransportError => new KafkaTransportError(code, field, reason, { cause: error })
  if (/certificate has expired|CERT_HAS_EXPIRED/i.test(text)) return say('CERTIFICATE', 'tls', `the certificate of ${where} has expired; renew it on the broker`)
  if (/before secure TLS connection/i.test(text)) return say('UNREACHABLE', 'tls', `${where} does not speak TLS; name the port of its TLS listener, or leave tls out`)
  if (CERTIFICATE.test(text)) return say('CERTIFICATE', 'tls', `the certificate of ${where} is not trusted (${cause.message}); name the PEM file of the authority that signed it, and a host name that it was made for`)
  if (/requested SASL mechanism|mechanism is not supported/i.test(text)) return say('AUTHENTICATION', 'mechanism', `${where} does not offer this way to say the password; choose another with mechanism=scram-sha-512, scram-sha-256 or plain`)
  if (type === 'SASL_AUTHENTICATION_FAILED' || cause.name.includes('SASL') || /SASL|authentication/i.test(text)) {
    return say('AUTHENTICATION', 'sasl', `${where} refused the user name or password; correct them in the file that the configuration names`)
  }
  if (type.endsWith('_AUTHORIZATION_FAILED')) return say('NOT_ALLOWED', 'acl', `${cause.message}; let this user read and write the topics and groups of the system`)
  if (hasNoCoordinator(error)) return say('NOT_ALLOWED', 'acl', `${where} names no coordinator of the group; let this user READ the group that docs/kafka.md names for its role`)
  if (type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE') return say('RECORD_TOO_LARGE', 'value', `${where} takes no records of this size; raise message.max.bytes of the broker to at least 2 MB`)
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return say('MISSING_TOPIC', 'topic', `${where} does not know a topic that is needed; make it, with the partitions that docs/kafka.md lists`)
  // What a listener does that is spoken to in another way than it expects.
  if (/closed connection/i.test(text)) return say('UNREACHABLE', 'brokers', `${where} closes the connection at once; write tls=true where that port speaks TLS, and a user name and password where it asks for them`)
  if (/ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN|timeout|ECONNRESET/i.test(text)) {
    return say('UNREACHABLE', 'brokers', `none of ${where} answers (${cause.message}); check the address and that the broker runs`)
  }
  return say('FAILED', 'broker', `${cause.message}`)
}
