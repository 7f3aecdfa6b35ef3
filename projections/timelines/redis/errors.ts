/** Why Redis did not do what was asked, each with a sentence that says what to do. No sentence holds a password. */
import type { FailureKind } from '../../runtime/errors.js'

export type RedisErrorCode =
  | 'REDIS_BAD_URL' | 'REDIS_WRONG_PASSWORD' | 'REDIS_NO_PERMISSION' | 'REDIS_TLS_REFUSED' | 'REDIS_UNREACHABLE' | 'REDIS_READ_ONLY' | 'REDIS_FULL'
  | 'REDIS_LOADING' | 'REDIS_BUSY' | 'REDIS_CANNOT_SAVE' | 'REDIS_CLUSTER_DOWN' | 'REDIS_IS_CLUSTER' | 'REDIS_NO_CLUSTER' | 'REDIS_FOREIGN_KEYS' | 'REBUILD_RUNNING' | 'NO_PREVIOUS' | 'REDIS_REFUSED'

export class RedisTimelinesError extends Error {
  override readonly name = 'RedisTimelinesError'
  constructor(readonly code: RedisErrorCode, sentence: string, readonly failure: FailureKind, options?: ErrorOptions) {
    super(sentence, options)
  }
}

/** Asked while the timelines are being built again after they were lost: better no answer than a count that is short. */
export class TimelinesHealingError extends Error {
  override readonly name = 'TimelinesHealingError'
  readonly code = 'TIMELINES_HEALING'
  constructor(readonly position: number, readonly target: number | undefined) {
    super(`the timelines were lost from Redis and are being built again from the event log (at ${position}${target === undefined ? '' : ` of ${target}`} events); ask again in a moment`)
  }
}

type Rule = { readonly match: RegExp; readonly code: RedisErrorCode; readonly failure: FailureKind; readonly say: (where: string, detail: string) => string }

/** The first that fits. Replies of the server begin with a word in capitals, errors of the socket carry a code. */
const RULES: readonly Rule[] = [
  { match: /^WRONGPASS|invalid password|invalid username-password/i, code: 'REDIS_WRONG_PASSWORD', failure: 'other', say: (where) => `Redis at ${where} does not take this user and password; write the right ones into the URL file, as redis://USER:PASSWORD@HOST:PORT` },
  { match: /^NOAUTH|Authentication required|without any password configured/i, code: 'REDIS_WRONG_PASSWORD', failure: 'other', say: (where) => `Redis at ${where} asks for another login than the URL file has; write it as redis://USER:PASSWORD@HOST:PORT, and leave the password out where the server has none` },
  { match: /NOPERM|The user executing the script can't/, code: 'REDIS_NO_PERMISSION', failure: 'other', say: (where, detail) => `the Redis user may not do what the timelines need at ${where} (${detail}); give it the rights of docs/read-models.md: ACL SETUSER NAME ~anomaly:* ~timelines:* +@read +@write +@scripting +@connection +info` },
  { match: /^LOADING/, code: 'REDIS_LOADING', failure: 'transient', say: (where) => `Redis at ${where} is still loading its data; this is tried again until it is done` },
  { match: /^READONLY|can't write against a read only replica/i, code: 'REDIS_READ_ONLY', failure: 'transient', say: (where) => `Redis at ${where} is a read-only replica; name the primary in the URL file, or wait where a failover is going on` },
  { match: /^OOM|command not allowed when used memory/i, code: 'REDIS_FULL', failure: 'transient', say: (where) => `Redis at ${where} has reached its memory limit and takes no more; raise maxmemory, or keep less with window and historyHours. Timelines wait here until there is room` },
  { match: /^MISCONF/, code: 'REDIS_CANNOT_SAVE', failure: 'transient', say: (where) => `Redis at ${where} cannot save to its disk and refuses writes; look into its log and free some space` },
  { match: /^BUSY|Command timed out|Socket timeout/i, code: 'REDIS_BUSY', failure: 'transient', say: (where) => `Redis at ${where} does not answer in time; this is tried again` },
  { match: /^(CLUSTERDOWN|TRYAGAIN|MASTERDOWN)|Failed to refresh slots|ClusterAllFailed/i, code: 'REDIS_CLUSTER_DOWN', failure: 'transient', say: (where) => `the Redis cluster at ${where} has no complete set of primaries now; this is tried again` },
  { match: /^(MOVED|CROSSSLOT|ASK )/, code: 'REDIS_IS_CLUSTER', failure: 'other', say: (where) => `Redis at ${where} is a cluster; set "shards" in the configuration so that keys carry hash tags` },
  { match: /cluster support disabled/i, code: 'REDIS_NO_CLUSTER', failure: 'other', say: (where) => `Redis at ${where} is no cluster; leave "shards" out of the configuration` },
  { match: /certificate|self[- ]signed|SSL routines|ERR_TLS|ERR_SSL|wrong version number|EPROTO|unable to (verify|get)|Hostname\/IP does not match/i, code: 'REDIS_TLS_REFUSED', failure: 'other', say: (where, detail) => `no TLS connection to Redis at ${where} (${detail}); name the authority that signed its certificate with "caFile", use the host name the certificate is for, and use rediss:// only where the port speaks TLS` },
]

const UNREACHABLE = /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|Connection is closed|Stream isn't writeable|enableOfflineQueue|closed before|max retries|None of startup nodes/i

/** @param where host and port, for the sentence */
export function redisErrorFrom(error: unknown, where: string): Error {
  if (!(error instanceof Error) || error instanceof RedisTimelinesError || error instanceof TimelinesHealingError) return error as Error
  const cause = rootOf(error)
  const text = `${(cause as { code?: string }).code ?? ''} ${cause.message}`.trim()
  const detail = cause.message.split('\n', 1)[0]?.replace(/ script: [0-9a-f]{40}.*$/, '') ?? ''
  // Inside a script the word of the server stands later in the sentence.
  const rule = RULES.find(({ match }) => match.test(cause.message) || match.test(text) || match.test(detail.replace(/^ERR Error running script.*?: /, '')))
  if (rule !== undefined) return new RedisTimelinesError(rule.code, rule.say(where, detail), rule.failure, { cause: error })
  if (UNREACHABLE.test(text)) {
    return new RedisTimelinesError('REDIS_UNREACHABLE', `Redis at ${where} cannot be reached (${detail || text}); start it, or correct the address in the URL file. Nothing is lost: timelines go on from the event log`, 'transient', { cause: error })
  }
  return new RedisTimelinesError('REDIS_REFUSED', `Redis at ${where} refused a command: ${detail}`, 'other', { cause: error })
}

/** A cluster client tells that all nodes failed and hides why in the last of them. */
function rootOf(error: Error): Error {
  const { lastNodeError } = error as { lastNodeError?: unknown }
  return lastNodeError instanceof Error ? lastNodeError : error
}
