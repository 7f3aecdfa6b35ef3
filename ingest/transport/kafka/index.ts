/** Topics on Apache Kafka: what other rooms may use. */
export { openKafkaTransport, type KafkaTransportOptions } from './kafka-transport.js'
export { parseKafkaUrl } from './address.js'
export { KafkaTransportError } from './errors.js'
