import { describe, expect, it } from 'vitest'
import { parseKafkaUrl } from './address.js'

describe('the address of a Kafka cluster', () => {
  it('names brokers, TLS, and who asks', () => {
    expect(parseKafkaUrl('kafka://a:9092')).toEqual({ brokers: ['a:9092'] })
    expect(parseKafkaUrl('kafka://me:p%40ss@a:9092,[::1]:9093?tls=true\n')).toEqual({
      brokers: ['a:9092', '[::1]:9093'], tls: {}, sasl: { mechanism: 'scram-sha-512', username: 'me', password: 'p@ss' },
    })
    expect(parseKafkaUrl('kafka://me:x@a:1?mechanism=plain', 'PEM')).toMatchObject({ tls: { ca: 'PEM' }, sasl: { mechanism: 'plain' } })
  })

  it.each([
    ['http://a:9092', 'url'], ['kafka://a', 'url'], ['kafka://a:9092,b', 'url'], ['kafka://a:1?tls=perhaps', 'tls'],
    ['kafka://u:p@a:1?mechanism=gssapi', 'mechanism'], ['kafka://a:1?retries=3', 'url'],
  ])('refuses %s, naming %s', (url, field) => {
    expect(() => parseKafkaUrl(url)).toThrowError(expect.objectContaining({ code: 'BAD_OPTION', field }) as Error)
  })
})
