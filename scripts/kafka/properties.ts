/** The configuration of one KRaft node that is broker and controller at once, as Kafka's properties file. */
export type Listener = 'plaintext' | 'tls'

export const USERS = { scram: { name: 'detector', password: 'detector-secret' }, plain: { name: 'validator', password: 'validator-secret' } } as const

export type BrokerProperties = {
  readonly folder: string
  readonly port: number
  readonly tlsPort: number
  readonly controllerPort: number
  /** PEM file with key and certificate of the TLS listener. */
  readonly keystore: string
  /** Users may do only what ACLs allow; whoever comes over PLAINTEXT may do everything. */
  readonly acls?: boolean
}

/** Two listeners: PLAINTEXT for anyone on this machine, and TLS with SASL/PLAIN and SCRAM-SHA-512. */
export function brokerProperties({ folder, port, tlsPort, controllerPort, keystore, acls = false }: BrokerProperties): string {
  const { plain } = USERS
  const lines: Readonly<Record<string, string | number>> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'listeners': `PLAINTEXT://127.0.0.1:${port},TLS://127.0.0.1:${tlsPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},TLS://localhost:${tlsPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,TLS:SASL_SSL,CONTROLLER:PLAINTEXT',
    'log.dirs': `${folder}/logs`,
    // One broker holds everything, so its internal topics have one copy, and few partitions to load at the start.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    // A topic that nobody made must be an error, not a topic with the wrong number of partitions.
    'auto.create.topics.enable': 'false',
    // Every acknowledged record is on disk, so that a killed broker proves something.
    'log.flush.interval.messages': 1,
    'message.max.bytes': 8 * 1024 * 1024,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
    'listener.name.tls.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${plain.name}="${plain.password}";`,
    'listener.name.tls.scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    ...(acls ? { 'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer', 'super.users': 'User:ANONYMOUS' } : {}),
  }
  return Object.entries(lines).map(([name, value]) => `${name}=${value}\n`).join('')
}
