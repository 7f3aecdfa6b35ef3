/** Configuration files of the roles: one JSON file a process, every field with its meaning. Paths are relative to the file. */
import { z } from 'zod'

const port = z.int().min(0).max(65535)
const hex32 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
const multiaddr = z.string().startsWith('/', 'must be a multiaddr such as /ip4/127.0.0.1/tcp/8001')

/** Where a role answers GET /status and GET /health. Loopback unless said otherwise. */
const ops = z.strictObject({ host: z.string().default('127.0.0.1'), port })
const logLevel = z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info')

const embedded = z.strictObject({ kind: z.literal('embedded'), path: z.string() })
/** One engine so far; each port is a union so that others take their place beside it. */
const transport = z.discriminatedUnion('kind', [embedded])
const eventlog = z.discriminatedUnion('kind', [embedded])
const timelines = z.discriminatedUnion('kind', [embedded])
/** The URL holds a password, so it lies in a file of its own. */
const sql = z.strictObject({ urlFile: z.string() })

const peers = z.array(z.strictObject({ publicKey: hex32, address: multiaddr.optional() }))
const common = { name: z.string().min(1), genesis: z.string(), ops, logLevel }

export const roleSchemas = {
  validator: z.strictObject({
    role: z.literal('validator'), ...common,
    key: z.string(), data: z.string(), listen: multiaddr, peers, transport,
    /** View timeout when all goes well, milliseconds. */
    baseTimeoutMs: z.int().min(50).default(2000),
  }),
  recorder: z.strictObject({ role: z.literal('recorder'), ...common, key: z.string(), data: z.string(), peers, transport, eventlog }),
  projector: z.strictObject({ role: z.literal('projector'), ...common, eventlog, sql, timelines }),
  api: z.strictObject({
    role: z.literal('api'), ...common, host: z.string().default('127.0.0.1'), port, eventlog, sql, timelines,
    /** Status addresses of the other roles, shown together by GET /status. */
    roles: z.record(z.string(), z.url()).default({}),
  }),
  detector: z.strictObject({
    role: z.literal('detector'), ...common, key: z.string(), transport,
    /** A capture or flow file; absent: the bundled capture, in a loop. */
    flows: z.string().optional(),
    loop: z.boolean().default(false),
    /** At most this many anomalies a second, replaying as fast as that needs; absent: at the capture's own pace. */
    ratePerSecond: z.number().positive().optional(),
  }),
} as const

export type RoleName = keyof typeof roleSchemas
export type RoleConfig<R extends RoleName> = z.output<(typeof roleSchemas)[R]>
export type RoleConfigInput<R extends RoleName> = z.input<(typeof roleSchemas)[R]>
export const ROLE_NAMES = Object.keys(roleSchemas) as readonly RoleName[]
