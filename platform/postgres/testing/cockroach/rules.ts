/**
 * What CockroachDB refuses, or takes and then does not do, each with where that is written. A statement that matches is
 * refused on the forced engine, so that nothing of the kind comes into the program unseen. CockroachDB's own words that
 * PostgreSQL does not know are put into words that it does.
 */

export type Rule = {
  readonly name: string
  readonly pattern: RegExp
  /** What to do instead. */
  readonly advice: string
  readonly source: string
}

const DOCS = 'https://www.cockroachlabs.com/docs/v26.2'
const ISSUES = 'https://github.com/cockroachdb/cockroach/issues'

/** Matched against SQL without comments and without what stands between quotes. */
export const RULES: readonly Rule[] = [
  {
    name: 'advisory locks', pattern: /\bpg_(try_)?advisory_/i, advice: 'several of them are stubs that always succeed; keep a lease row with a fencing number',
    source: `${ISSUES}/13546`,
  },
  { name: 'LISTEN and NOTIFY', pattern: /^\s*(UN)?LISTEN\b|^\s*NOTIFY\b|\bpg_notify\s*\(/i, advice: 'ask again after a while', source: `${ISSUES}/41522` },
  {
    name: 'COPY options', pattern: /^\s*COPY\b[\s\S]*\b(FREEZE|QUOTE|FORCE_\w+|WHERE)\b/i, advice: 'text, CSV and BINARY without FREEZE, QUOTE or WHERE; better INSERT of many rows',
    source: `${DOCS}/copy`,
  },
  {
    name: 'integers without a width', pattern: /^\s*(CREATE|ALTER)\b[\s\S]*[\s(](INT|INTEGER|BIGINT|SMALLINT)\b(?!\s*\()/i, advice: 'INT has 8 bytes there and 4 in PostgreSQL: write INT4 or INT8',
    source: `${DOCS}/int`,
  },
  {
    name: 'numbers by sequence', pattern: /\b(BIG|SMALL)?SERIAL\b|\bCREATE\s+(TEMP\w*\s+)?SEQUENCE\b|\bnextval\s*\(|\bGENERATED\s+\w+(\s+\w+)?\s+AS\s+IDENTITY\b/i,
    advice: 'numbers are not in commit order there and all writers meet at one row; take the position in the log', source: `${DOCS}/serial`,
  },
  {
    name: 'schema changes among several statements', pattern: /\b(CREATE|ALTER|DROP|TRUNCATE)\b[\s\S]*;\s*\S|;\s*(CREATE|ALTER|DROP|TRUNCATE)\b/i, advice: 'one a message and a step',
    source: `${DOCS}/online-schema-changes`,
  },
  { name: 'CONCURRENTLY', pattern: /\bCONCURRENTLY\b/i, advice: 'it has no effect there: every index is built while writers go on', source: `${DOCS}/create-index` },
  { name: 'index methods of PostgreSQL', pattern: /\bON\s+[\w."]+\s+USING\s+(HASH|BRIN|SPGIST)\s*\(/i, advice: 'write the columns, then USING HASH', source: `${DOCS}/hash-sharded-indexes` },
  { name: 'arrays of JSON', pattern: /\bjsonb?\s*\[\s*\]/i, advice: 'send an array of text and cast each element', source: `${ISSUES}/23468` },
  { name: 'deferrable constraints', pattern: /\bDEFERRABLE\b|\bSET\s+CONSTRAINTS\b/i, advice: 'order the writes', source: `${ISSUES}/31632` },
  { name: 'exclusion constraints', pattern: /\bEXCLUDE\s+USING\b/i, advice: 'use a unique key', source: `${ISSUES}/46657` },
  { name: 'tables that inherit', pattern: /\bINHERITS\s*\(|\bPARTITION\s+OF\b/i, advice: 'put the partition into the key', source: `${ISSUES}/22456` },
  { name: 'transaction ids and system columns', pattern: /\bpg_current_xact_id|\bpg_(current_)?snapshot|\btxid_|\bxmin\b|\bctid\b/i, advice: 'order by the position in the log', source: `${DOCS}/postgresql-compatibility` },
  { name: 'MERGE', pattern: /^\s*MERGE\b/i, advice: 'INSERT ... ON CONFLICT', source: `${DOCS}/postgresql-compatibility` },
  { name: 'domains, rules and table locks', pattern: /^\s*CREATE\s+(DOMAIN|RULE)\b|^\s*LOCK\b/i, advice: 'SELECT ... FOR UPDATE of a row', source: `${DOCS}/postgresql-compatibility` },
  { name: 'maintenance of PostgreSQL', pattern: /^\s*(VACUUM|CLUSTER|REINDEX)\b/i, advice: 'leave it to the server', source: `${DOCS}/postgresql-compatibility` },
  { name: 'temporary tables', pattern: /^\s*CREATE\s+(LOCAL\s+|GLOBAL\s+)?TEMP(ORARY)?\s+TABLE\b/i, advice: 'they are experimental there; send the rows as arrays', source: `${DOCS}/temporary-tables` },
  {
    name: 'CREATE DATABASE from a template', pattern: /^\s*CREATE\s+DATABASE\b[\s\S]*\bTEMPLATE\b/i, advice: 'make it empty and migrate it', source: `${DOCS}/create-database`,
  },
  {
    name: 'two arbiters', pattern: /\bON\s+CONFLICT\s+DO\s+UPDATE\b|\bON\s+CONFLICT\s+ON\s+CONSTRAINT\b/i, advice: 'name the columns of the primary key', source: `${ISSUES}/53170`,
  },
]

const SCHEMA_CHANGE = /^\s*(CREATE|ALTER|DROP|TRUNCATE|COMMENT)\b/i

/**
 * From 25.1 on the server commits an open transaction before a schema change, unless told otherwise; a change of names
 * can then be part of a transaction, anything that fills or checks data cannot be undone with it.
 */
export const SCHEMA_CHANGE_IN_TRANSACTION: Omit<Rule, 'pattern'> = {
  name: 'schema changes in a transaction', advice: 'run it alone, or only rename and say SET LOCAL autocommit_before_ddl = off first',
  source: `${ISSUES}/133180, https://github.com/cockroachdb/cockroach/pull/70334`,
}
const UNDOABLE = /^\s*ALTER\s+TABLE\s+[\w."]+\s+(SET\s+SCHEMA|RENAME\s+TO)\b|^\s*DROP\s+(TABLE|SCHEMA)\b|^\s*CREATE\s+(TABLE|SCHEMA)\b/i

export type TransactionContext = { readonly isOpen: boolean; readonly mayChangeSchema: boolean }

/** The rule that a statement breaks, if any. */
export function brokenRule(sql: string, { isOpen, mayChangeSchema }: TransactionContext): Omit<Rule, 'pattern'> | undefined {
  const bare = withoutTexts(sql)
  const broken = RULES.find(({ pattern }) => pattern.test(bare))
  if (broken !== undefined) return broken
  if (isOpen && SCHEMA_CHANGE.test(bare) && !(mayChangeSchema && UNDOABLE.test(bare))) return SCHEMA_CHANGE_IN_TRANSACTION
  return undefined
}

const VERSION = 'CockroachDB CCL v26.2.0 (its rules, forced on PostgreSQL)'

/** CockroachDB's words in PostgreSQL's. */
export const inWordsOfPostgres = (sql: string): string => sql
  .replace(/(\)|\bPRIMARY\s+KEY)\s*USING\s+HASH\b(\s+WITH\s*\([^)]*\))?/gi, '$1')
  .replace(/\bautocommit_before_ddl\b/gi, 'cockroach.autocommit_before_ddl')
  .replace(/^\s*SELECT\s+version\(\)\s*(AS\s+\w+)?/i, (_, alias: string | undefined) => `SELECT '${VERSION}'::text ${alias ?? 'AS version'}`)

/** Comments and what stands between quotes say nothing about a statement. */
const withoutTexts = (sql: string): string => sql
  .replace(/--[^\n]*/g, ' ')
  .replace(/\/\*[\s\S]*?\*\//g, ' ')
  .replace(/'(?:[^']|'')*'/g, "''")
  .trim()
