/** A Kafka cluster as one line: `kafka://USER:PASSWORD@HOST:PORT,HOST:PORT?tls=true&mechanism=scram-sha-512`. */
import type { KafkaAddress } from './client.js'
import { KafkaTransportError } from './errors.js'

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const
const LINE = /^kafka:\/\/(?:([^:@/?]*):([^@/?]*)@)?([^@/?]+)\/?(?:\?(.*))?$/
const BROKER = /^[A-Za-z0-9._-]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/

/**
 * User name and password are percent-encoded; a password without `mechanism` means SCRAM-SHA-512.
 *
 * @param ca PEM text of the authority that signed the brokers' certificates
 */
export function parseKafkaUrl(url: string, ca?: string): KafkaAddress {
  const refuse = (field: string, reason: string): never => {
    throw new KafkaTransportError('BAD_OPTION', field, `${reason}; write kafka://USER:PASSWORD@HOST:PORT,HOST:PORT?tls=true&mechanism=scram-sha-512`)
  }
  const [, username, password, hosts = '', query = ''] = LINE.exec(url.trim()) ?? refuse('url', 'this is no address of a Kafka cluster')
  const brokers = hosts.split(',')
  const wrong = brokers.find((broker) => !BROKER.test(broker))
  if (wrong !== undefined) refuse('url', `${wrong} is not HOST:PORT`)
  const options = new URLSearchParams(query)
  const unknown = [...options.keys()].find((name) => name !== 'tls' && name !== 'mechanism')
  if (unknown !== undefined) refuse('url', `${unknown} is not an option of the address`)
  const tls = options.get('tls') ?? (ca === undefined ? 'false' : 'true')
  if (tls !== 'true' && tls !== 'false') refuse('tls', `must be true or false, got ${tls}`)
  const word = options.get('mechanism') ?? 'scram-sha-512'
  const mechanism = MECHANISMS.find((known) => known === word) ?? refuse('mechanism', `${word} is not one of ${MECHANISMS.join(', ')}`)
  return {
    brokers,
    ...(tls === 'true' ? { tls: ca === undefined ? {} : { ca } } : {}),
    ...(username === undefined || password === undefined ? {} : { sasl: { mechanism, username: decodeURIComponent(username), password: decodeURIComponent(password) } }),
  }
}
