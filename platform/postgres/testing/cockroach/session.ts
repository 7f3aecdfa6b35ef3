/**
 * One client's conversation, seen from between it and PostgreSQL. A client says a group of messages that ends with one
 * ReadyForQuery of the server; what shall fail is made to fail by the server itself, in place of the group, so that the
 * state of the transaction is always the server's own. Groups run one after the other. A client that sends Flush and
 * waits before Sync would wait for ever; neither node-postgres nor psql does.
 *
 * A single statement outside a transaction that has to restart is repeated here, as CockroachDB repeats it itself while
 * its answer is small: https://www.cockroachlabs.com/docs/v26.2/transactions#automatic-retries
 */
import type { FaultPlan, Faults } from './faults.js'
import { brokenRule, inWordsOfPostgres } from './rules.js'
import { codeOfError, errorMessage, parseWithSql, queryMessage, readBind, readParse, sqlOfQuery, statusOf, type Message, type TransactionStatus } from './wire.js'

export type Session = {
  fromClient(message: Message): void
  fromServer(message: Message): void
}

export type Wires = { toServer(bytes: Buffer): void; toClient(bytes: Buffer): void }

const RESTART = { code: '40001', text: 'restart transaction: TransactionRetryWithProtoRefreshError: injected' }
const UNKNOWN = { code: '40003', text: 'result is ambiguous: injected' }

export function createSession(faults: Faults, { toServer, toClient }: Wires): Session {
  const statements = new Map<string, string>()
  const waiting: Message[][] = []
  let group: Message[] = []
  let isBusy = true // until the server is ready for the first time
  let status: TransactionStatus = 'I'
  let plan: FaultPlan = { kind: 'none' }
  let statement = 0
  let mayChangeSchema = false
  /** A single statement whose answer is held back, so that it can be repeated. */
  let single: { readonly repeat: () => void; readonly answer: Message[]; size: number } | undefined
  /** Set while the answer to what has been done shall be an error. */
  let losesAnswer = false

  const fail = ({ code, text }: { code: string; text: string }): void => {
    toServer(queryMessage(`DO $forced$ BEGIN RAISE EXCEPTION USING ERRCODE = '${code}', MESSAGE = '${text.replaceAll("'", "''")}'; END $forced$`))
  }

  const send = (messages: readonly Message[], sql: string): void => {
    const translated = inWordsOfPostgres(sql)
    for (const one of messages) {
      if (one.type === 'Q' && translated !== sql) toServer(queryMessage(translated))
      else if (one.type === 'P' && translated !== sql) toServer(parseWithSql(one, translated))
      else toServer(one.bytes)
    }
  }

  const run = (messages: readonly Message[]): void => {
    isBusy = true
    const sql = sqlOf(messages, statements)
    const isBegin = /^\s*(BEGIN|START\s+TRANSACTION)\b/i.test(sql)
    const isEnd = /^\s*(COMMIT|END)\b/i.test(sql)
    const broken = brokenRule(sql, { isOpen: status === 'T', mayChangeSchema })
    if (broken !== undefined) return fail({ code: '0A000', text: `forced CockroachDB: ${broken.name}: ${broken.advice} (${broken.source})` })
    if (/\bautocommit_before_ddl\s*=\s*(off|false)\b/i.test(sql)) mayChangeSchema = true

    if (status === 'I' && isBegin) {
      plan = READS_ONLY.test(sql) && !faults.single ? { kind: 'none' } : faults.next()
      statement = 0
      mayChangeSchema = false
    } else if (status === 'I') {
      const fault = faults.single && WRITES.test(sql) ? faults.next() : undefined
      if (fault?.kind === 'unknown') {
        faults.happened(fault)
        if (!fault.isCommitted) return fail(UNKNOWN)
        losesAnswer = true
      } else if (!/^\s*COPY\b/i.test(sql)) {
        single = { repeat: () => send(messages, sql), answer: [], size: 0 }
      }
    } else if (status === 'T' && plan.kind === 'restart' && !ROLLBACK.test(sql)) {
      statement += 1
      if (statement === plan.statement || isEnd) {
        faults.happened(plan)
        plan = { kind: 'none' }
        return fail(RESTART)
      }
    } else if (status === 'T' && plan.kind === 'unknown' && isEnd) {
      faults.happened(plan)
      if (!plan.isCommitted) return fail(UNKNOWN)
      losesAnswer = true
    }
    send(messages, sql)
  }

  const runNext = (): void => {
    const next = waiting.shift()
    if (next !== undefined) run(next)
  }

  /** False once the message may go to the client. */
  const holdsBack = (message: Message): boolean => {
    if (single === undefined) return false
    const { answer, repeat } = single
    answer.push(message)
    single.size += message.bytes.length
    if (message.type !== 'Z' && single.size < SMALL_BYTES) return true
    const mustRestart = message.type === 'Z' && answer.some((one) => one.type === 'E' && codeOfError(one) === '40001')
    if (mustRestart) {
      single = { repeat, answer: [], size: 0 }
      repeat()
      return true
    }
    single = undefined
    for (const one of answer.slice(0, -1)) toClient(one.bytes)
    return false
  }

  return {
    fromClient(message) {
      // Passwords, COPY data and good-byes are no part of a group.
      if ('pdcfX'.includes(message.type)) return toServer(message.bytes)
      group.push(message)
      if (message.type !== 'Q' && message.type !== 'S') return
      waiting.push(group)
      group = []
      if (!isBusy) runNext()
    },
    fromServer(message) {
      if (single !== undefined && holdsBack(message)) return
      if (losesAnswer && message.type === 'C') {
        losesAnswer = false
        return toClient(errorMessage(UNKNOWN.code, UNKNOWN.text))
      }
      toClient(message.bytes)
      if (message.type !== 'Z') return
      losesAnswer = false
      status = statusOf(message)
      isBusy = false
      runNext()
    },
  }
}

/** What CockroachDB holds back by default. */
const SMALL_BYTES = 16 * 1024
const WRITES = /^\s*(INSERT|UPDATE|DELETE|UPSERT|CREATE|ALTER|DROP)\b/i
const READS_ONLY = /^[^;]*\bREAD\s+ONLY\b/i
const ROLLBACK = /^\s*(ROLLBACK|ABORT)\b/i

function sqlOf(messages: readonly Message[], statements: Map<string, string>): string {
  for (const message of messages) {
    if (message.type === 'Q') return sqlOfQuery(message)
    if (message.type === 'P') {
      const { name, sql } = readParse(message)
      statements.set(name, sql)
      return sql
    }
    if (message.type === 'B') return statements.get(readBind(message)) ?? ''
  }
  return ''
}
