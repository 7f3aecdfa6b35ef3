/** A real Apache Kafka broker as a child process: on free ports, in a folder of its own, killed and started again at will. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { freePorts } from '../../platform/free-port.js'
import { createCertificates, type Certificates } from './certificates.js'
import { installKafka, run, type KafkaVersion } from './install.js'
import { brokerProperties, USERS } from './properties.js'

export type Broker = {
  readonly version: KafkaVersion
  /** host:port of the PLAINTEXT listener. */
  readonly address: string
  /** host:port of the TLS listener, for users of USERS. */
  readonly tlsAddress: string
  readonly certificates: Certificates
  readonly jars: string
  readonly pid: () => number | undefined
  /** Starts it again where it was, with what is on its disk; resolves when it answers. */
  start(options?: { readonly keystore?: string }): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** Asks it to end; kills it when it takes too long. */
  stop(): Promise<void>
}

export type StartBroker = {
  readonly version: KafkaVersion
  /** Holds everything; an empty one becomes a new broker. */
  readonly folder: string
  /** Of the PLAINTEXT listener; the TLS listener has the next one. Free ones when absent. */
  readonly port?: number
  /** Users may do only what ACLs allow. */
  readonly acls?: boolean
}

const CLUSTER_ID = 'Y3liZXJtZXNoLXRlc3QtMQ'
const READY_MS = 120_000
const STOP_MS = 20_000

/** Installs, formats and starts. Throws with the end of the broker's own log where it does not come up. */
export async function startBroker({ version, folder, port, acls = false }: StartBroker): Promise<Broker> {
  const jars = await installKafka(version)
  mkdirSync(folder, { recursive: true })
  const certificates = await createCertificates(folder)
  const [first = 0, second = 0, controllerPort = 0] = port === undefined ? await freePorts(3) : [port, port + 1, ...await freePorts(1)]
  const ports = { port: first, tlsPort: second, controllerPort }
  const properties = join(folder, 'server.properties')
  const logFile = join(folder, 'broker.log')
  const classPath = ['-cp', `${jars}/*`]
  writeFileSync(properties, brokerProperties({ folder, ...ports, keystore: certificates.broker, acls }))
  if (!existsSync(join(folder, 'logs', 'meta.properties'))) {
    const { scram } = USERS
    await run('java', ['-Xmx256m', ...classPath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties,
      '--add-scram', `SCRAM-SHA-512=[name=${scram.name},password=${scram.password}]`])
  }
  const address = `127.0.0.1:${ports.port}`
  let child: ChildProcess | undefined

  const ended = (running: ChildProcess): Promise<void> => new Promise((resolve) => {
    if (running.exitCode !== null || running.signalCode !== null) resolve()
    else running.once('exit', () => resolve())
  })
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    if (child === undefined) return
    const over = ended(child)
    child.kill(name)
    const impatience = setTimeout(() => child?.kill('SIGKILL'), STOP_MS)
    await over
    clearTimeout(impatience)
    child = undefined
  }
  const broker: Broker = {
    version, address, tlsAddress: `localhost:${ports.tlsPort}`, certificates, jars,
    pid: () => child?.pid,
    async start({ keystore = certificates.broker } = {}) {
      writeFileSync(properties, brokerProperties({ folder, ...ports, keystore, acls }))
      const out = openSync(logFile, 'a')
      child = spawn('java', ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', ...classPath, 'kafka.Kafka', properties], { stdio: ['ignore', out, out] })
      try {
        await answers(address, child, logFile)
      } catch (error) {
        // Nobody else knows of it.
        await signal('SIGKILL')
        throw error
      }
    },
    kill: () => signal('SIGKILL'),
    stop: () => signal('SIGTERM'),
  }
  await broker.start()
  return broker
}

/** Until the broker lists itself and its group coordinator works. */
async function answers(address: string, child: ChildProcess, logFile: string): Promise<void> {
  const end = performance.now() + READY_MS
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 0 } })
  for (;;) {
    if (child.exitCode !== null || performance.now() > end) {
      throw new Error(`the Kafka broker did not come up:\n${readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n')}`)
    }
    const admin = kafka.admin()
    try {
      await admin.connect()
      await admin.describeCluster()
      await admin.fetchOffsets({ groupId: 'is-anybody-there', topics: [] })
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200))
    } finally {
      await admin.disconnect()
    }
  }
}
