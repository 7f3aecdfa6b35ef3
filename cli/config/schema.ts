/** Configuration files of the roles: one JSON file a process, every field with its meaning. Paths are relative to the file. */
import { z } from 'zod'

const port = z.int().min(0).max(65535)
const hex32 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
const multiaddr = z.string().startsWith('/', 'must be a multiaddr such as /ip4/127.0.0.1/tcp/8001')

/** Where a role answers GET /status and GET /health. Loopback unless said otherwise. */
const ops = z.strictObject({ host: z.string().default('127.0.0.1'), port })
const logLevel = z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info')

const embedded = z.strictObject({ kind: z.literal('embedded'), path: z.string() })
const kafkaTopics = z.strictObject({
  kind: z.literal('kafka'),
  /** A file with one address, kafka://USER:PASSWORD@HOST:PORT,HOST:PORT?tls=true&mechanism=scram-sha-512: it holds a password. */
  urlFile: z.string(),
  /** PEM certificate of the authority that signed the brokers'. */
  caFile: z.string().optional(),
})
/** Each port is a union, so that other engines take their place beside the embedded one. */
export const transportEngine = z.discriminatedUnion('kind', [embedded, kafkaTopics])
export type TransportEngine = z.output<typeof transportEngine>
export const kurrentLog = z.strictObject({
  kind: z.literal('kurrent'),
  /** A file with one connection string of EventStoreDB or KurrentDB, which may hold a password; absent: EVENTLOG_URL. */
  urlFile: z.string().optional(),
  /** Put before the names of all streams, so that several logs share a server. */
  namespace: z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -').optional(),
})
export const eventlogEngine = z.discriminatedUnion('kind', [embedded, kurrentLog])
export type EventlogEngine = z.output<typeof eventlogEngine>
export const redisTimelines = z.strictObject({
  kind: z.literal('redis'),
  /** A file with one redis:// or rediss:// URL: it holds a password. */
  urlFile: z.string(),
  /** PEM certificate of the authority that signed the server's. */
  caFile: z.string().optional(),
  /** Hash tags to spread keys over; only for a cluster, and the same for ever. */
  shards: z.int().min(1).max(1024).optional(),
  /** Newest anomalies kept under the predecessor's keys. */
  window: z.int().min(1).max(100_000).optional(),
  /** Hours of log time that history goes back. */
  historyHours: z.int().min(1).optional(),
})
export const timelinesEngine = z.discriminatedUnion('kind', [embedded, redisTimelines])
export type TimelinesEngine = z.output<typeof timelinesEngine>
/** What flows that are followed have in common. */
const followed = {
  /** What the detector needs to go on after a restart; each detector has its own. */
  positionFile: z.string(),
  /** How long after a flow began it may still come: exporters write a flow when it ends. Detection is later by that. */
  holdSeconds: z.number().min(0).max(600).default(120),
}
const topic = z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, 'must be the name of a topic: 1 to 249 letters, digits, dots, underscores and hyphens')
/** Absent: one for each detector, by its name. */
const group = z.string().min(1).optional()
export const flowsEngine = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('postgres'),
    /** A file with one postgres:// URL: it holds a password. */
    urlFile: z.string(),
    /** With its schema: curated.test_ddos_binary. */
    table: z.string().min(1),
    /** A unique column that tells rows of one moment apart; absent: the primary key. */
    idColumn: z.string().optional(),
    ...followed,
  }),
  z.strictObject({ kind: z.literal('kafka'), urlFile: z.string(), caFile: z.string().optional(), topic, group, ...followed }),
  z.strictObject({ kind: z.literal('embedded'), path: z.string(), topic, partitions: z.int().min(1).max(1024).default(1), group, ...followed }),
])
export type FlowsEngine = z.output<typeof flowsEngine>
/** The URL holds a password, so it lies in a file of its own. */
const sql = z.strictObject({ urlFile: z.string() })

const peers = z.array(z.strictObject({ publicKey: hex32, address: multiaddr.optional() }))
const common = { name: z.string().min(1), genesis: z.string(), ops, logLevel }

export const roleSchemas = {
  validator: z.strictObject({
    role: z.literal('validator'), ...common,
    key: z.string(), data: z.string(), listen: multiaddr, peers, transport: transportEngine,
    /** View timeout when all goes well, milliseconds. */
    baseTimeoutMs: z.int().min(50).default(2000),
  }),
  recorder: z.strictObject({ role: z.literal('recorder'), ...common, key: z.string(), data: z.string(), peers, transport: transportEngine, eventlog: eventlogEngine }),
  projector: z.strictObject({
    role: z.literal('projector'), ...common, eventlog: eventlogEngine, sql, timelines: timelinesEngine,
    /** GET /health answers 503 where a read model stands still that long while events wait for it. */
    stalledAfterSeconds: z.int().min(1).default(30),
  }),
  api: z.strictObject({
    role: z.literal('api'), ...common, host: z.string().default('127.0.0.1'), port, eventlog: eventlogEngine, sql, timelines: timelinesEngine,
    /** Status addresses of the other roles, shown together by GET /status. */
    roles: z.record(z.string(), z.url()).default({}),
  }),
  detector: z.strictObject({
    role: z.literal('detector'), ...common, key: z.string(), transport: transportEngine,
    /** A folder for what must outlive a restart: committed policies and the chain's height. Absent: the topics are read from the beginning. */
    data: z.string().optional(),
    /** False: commits and policies are believed for the recorder's signature alone, without a certificate. */
    verifyCertificates: z.boolean().default(true),
    /** A capture or flow file, or flows that are followed; absent: the bundled capture, in a loop. */
    flows: z.union([z.string(), flowsEngine]).optional(),
    loop: z.boolean().default(false),
    /** So many anomalies a second: what the recording shows, found once and published again and again; absent: at the capture's own pace. */
    ratePerSecond: z.number().positive().optional(),
    /** Share of the recording that the first replay leaves out, so that several detectors are not in step. */
    shift: z.number().min(0).lt(1).default(0),
  }),
} as const

export type RoleName = keyof typeof roleSchemas
export type RoleConfig<R extends RoleName> = z.output<(typeof roleSchemas)[R]>
export type RoleConfigInput<R extends RoleName> = z.input<(typeof roleSchemas)[R]>
export const ROLE_NAMES = Object.keys(roleSchemas) as readonly RoleName[]
