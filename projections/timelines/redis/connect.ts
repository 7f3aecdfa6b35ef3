/**
 * The connection to Redis. A command fails at once while there is no connection, so that the runtime decides what is
 * tried again; the connection itself is made again for as long as the store is open.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { redisErrorFrom, RedisTimelinesError } from './errors.js'

export type RedisAddress = {
  /** redis://[user:password@]host:port[/db], or rediss:// for TLS. */
  readonly url: string
  /** PEM certificate of the authority that signed the server's; the system's own where absent. */
  readonly ca?: string
  /** True where the address is a node of a cluster. */
  readonly cluster?: boolean
}

export type RedisClient = Redis | Cluster

export type Connection = {
  readonly client: RedisClient
  /** Host and port, as sentences name it. */
  readonly where: string
  close(): Promise<void>
}

const CONNECT_WITHIN_MS = 5000
/** A server that hangs must not hang us; scripts take milliseconds. */
const ANSWER_WITHIN_MS = 30_000

/** Resolves when the server takes commands. Throws RedisTimelinesError. */
export async function connectRedis(address: RedisAddress): Promise<Connection> {
  const { options, where } = optionsOf(address)
  const client = address.cluster === true
    ? new Cluster([{ host: options.host, port: options.port }], {
      redisOptions: withoutNode(options), lazyConnect: true, enableOfflineQueue: false, clusterRetryStrategy: delayOf, slotsRefreshTimeout: CONNECT_WITHIN_MS,
    })
    : new Redis(options)
  // What the socket says comes here; the command that met it says less.
  let last: Error | undefined
  client.on('error', (error: Error) => { last = error })
  try {
    await client.connect()
    await client.ping()
  } catch (error) {
    client.disconnect()
    throw redisErrorFrom(isVague(error) ? last ?? error : error, where)
  }
  return {
    client, where,
    close: async () => {
      client.disconnect()
      await Promise.resolve()
    },
  }
}

const isVague = (error: unknown): boolean => error instanceof Error && /Connection is closed|enableOfflineQueue|None of startup nodes/.test(error.message)
const delayOf = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2000)

type Options = Omit<RedisOptions, 'replyMapping'> & { readonly host: string; readonly port: number }

/** A cluster client names its nodes itself and has its own way to wait for them. */
function withoutNode({ host: _host, port: _port, retryStrategy: _retry, enableOfflineQueue: _queue, db: _db, ...rest }: Options): Omit<Options, 'host' | 'port' | 'retryStrategy' | 'enableOfflineQueue'> {
  return rest
}

function optionsOf({ url, ca }: RedisAddress): { options: Options; where: string } {
  const parsed = parse(url)
  const port = parsed.port === '' ? 6379 : Number(parsed.port)
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  const db = parsed.pathname.length > 1 ? Number(parsed.pathname.slice(1)) : 0
  if (!Number.isInteger(db)) throw badUrl('the part after the last / must be a database number')
  return {
    where: `${parsed.hostname}:${port}${parsed.protocol === 'rediss:' ? ' over TLS' : ''}`,
    options: {
      host, port, db,
      ...(parsed.username === '' ? {} : { username: decodeURIComponent(parsed.username) }),
      ...(parsed.password === '' ? {} : { password: decodeURIComponent(parsed.password) }),
      ...(parsed.protocol === 'rediss:' ? { tls: { servername: /^[\d.]+$|:/.test(host) ? '' : host, ...(ca === undefined ? {} : { ca }) } } : {}),
      connectTimeout: CONNECT_WITHIN_MS, commandTimeout: ANSWER_WITHIN_MS, retryStrategy: delayOf, protocol: 2, disableClientInfo: true,
      enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, connectionName: 'cybermesh', lazyConnect: true,
    },
  }
}

function parse(url: string): URL {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw badUrl('it is not a URL')
  }
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:') throw badUrl('it must begin with redis:// or rediss://')
  if (parsed.hostname === '') throw badUrl('it names no host')
  return parsed
}

/** The URL holds a password, so the sentence does not repeat it. */
const badUrl = (reason: string): RedisTimelinesError =>
  new RedisTimelinesError('REDIS_BAD_URL', `the Redis URL cannot be used: ${reason}; write redis://USER:PASSWORD@HOST:PORT/DB, or rediss:// for TLS`, 'other')
