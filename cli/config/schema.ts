/** Configuration files of the roles: one JSON file a process, every field with its meaning. Paths are relative to the file. */
import { z } from 'zod'
import { MAX_WORKERS } from '../../detector/shards/share.js'
import { isAddressOrNetwork } from '../../detector/sources/netflow/exporters.js'

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
/** A file of lines that is written to: EVE, Zeek's conn.log or flow-lite, told from each line. */
const file = z.strictObject({ kind: z.literal('file'), path: z.string().min(1), ...followed })
/** A collector of NetFlow v5, v9 and IPFIX over UDP, on loopback unless said otherwise. */
const netflow = z.strictObject({
  kind: z.literal('netflow'),
  host: z.union([z.ipv4(), z.ipv6()], 'must be an address of this machine, or 0.0.0.0 for all').default('127.0.0.1'),
  /** 2055 is customary for NetFlow, 4739 for IPFIX. */
  port: z.int().min(0).max(65535).default(2055),
  /** Addresses and networks of exporters; datagrams of others are counted and left out. */
  allow: z.array(z.string().refine(isAddressOrNetwork, 'must be an address like 192.0.2.1 or a network like 192.0.2.0/24')).min(1).default(['127.0.0.1', '::1']),
  ...followed,
})
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
  file,
  netflow,
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
    /** Folder of the files of models that claimed scores are checked with, beside those that ship with the program. */
    models: z.string().optional(),
    /** Cosigns checkpoints of the audit log, after checking that each continues the one before. */
    witness: z.boolean().default(true),
  }),
  recorder: z.strictObject({
    role: z.literal('recorder'), ...common, key: z.string(), data: z.string(), peers, transport: transportEngine, eventlog: eventlogEngine,
    /** Whom it asks to cosign checkpoints of the audit log: validators by public key, and where their operations servers answer. */
    witnesses: z.array(z.strictObject({ identity: hex32, url: z.url() })).max(100).default([]),
    /** A file with the token that operators and other roles of this machine send to have their actions recorded; absent: nobody's are. */
    operatorTokenFile: z.string().optional(),
  }),
  projector: z.strictObject({
    role: z.literal('projector'), ...common, eventlog: eventlogEngine, sql, timelines: timelinesEngine,
    /** GET /health answers 503 where a read model stands still that long while events wait for it. */
    stalledAfterSeconds: z.int().min(1).default(30),
  }),
  api: z.strictObject({
    role: z.literal('api'), ...common, host: z.string().default('127.0.0.1'), port, eventlog: eventlogEngine, sql, timelines: timelinesEngine,
    /** Status addresses of the other roles, shown together by GET /status. */
    roles: z.record(z.string(), z.url()).default({}),
    /** Where signed verdicts and policies go that callers send; absent: none are taken. */
    transport: transportEngine.optional(),
    /** Whether operators may rebuild read models through it; its SQL user must then own the tables. */
    operations: z.boolean().default(false),
    /** Operations known by their hash besides those of the package: a JSON object of SHA-256 to document. */
    persistedOperationsFile: z.string().optional(),
    /** Whether only these are taken. */
    persistedOperationsOnly: z.boolean().default(false),
    /** A file of API keys, made by `cybermesh keys new-api`; absent: only this machine may ask, and all there reads. */
    apiKeysFile: z.string().optional(),
    /** A file with the token that the user of this machine sends to change something; absent: nobody without a key can. */
    operatorTokenFile: z.string().optional(),
    /** The recorder's folder of checkpoint and tiles, served to everyone under /audit/. */
    audit: z.strictObject({ folder: z.string() }).optional(),
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
    /** Threads that count what is read, beside the one that reads and judges; 1 is none. */
    workers: z.int().min(1).max(MAX_WORKERS).default(1),
    /** The models that ship judge every flow beside the rules: in shadow, until policies make one canary or active. False: they are not read. */
    shadowModels: z.boolean().default(true),
    /** Model folders of your own, signed, beside those that ship. */
    models: z.array(z.string()).max(16).default([]),
    /** A model's file: anomalies carry what it says of the worst flow towards their target. Absent: they claim no score. */
    scoreModel: z.string().optional(),
  }),
} as const

export type RoleName = keyof typeof roleSchemas
export type RoleConfig<R extends RoleName> = z.output<(typeof roleSchemas)[R]>
export type RoleConfigInput<R extends RoleName> = z.input<(typeof roleSchemas)[R]>
export const ROLE_NAMES = Object.keys(roleSchemas) as readonly RoleName[]
