/** Do the SQL read models say what the log says, as of the position they stand at? */
import { LIFECYCLE_STATES } from '../../domain/anomaly/events.js'
import type { LedgerMark } from './check-ledger.js'
import { count, fail, listed, ok, warn, type Finding } from './finding.js'
import type { SqlFacts } from './read-sql.js'

export type LogFacts = {
  readonly length: number
  readonly genesisHash: string
  /** By height from 1. */
  readonly hashes: readonly string[]
  /** The books as of the position of the projection `blocks`. */
  readonly books: LedgerMark | undefined
}

const REBUILD = 'rebuild the read model with `cybermesh rebuild blocks`'

export function checkSql(facts: SqlFacts, log: LogFacts): Finding[] {
  return [checkBlocks(facts, log), checkCounts(facts, log), checkCheckpoints(facts.checkpoints, log.length), checkDeadLetters(facts.deadLetters)]
}

function checkBlocks({ blocks, transactions }: SqlFacts, { genesisHash, hashes }: LogFacts): Finding {
  const faults: string[] = []
  let parent = genesisHash
  blocks.forEach(({ height, hash, parentHash }, index) => {
    if (height !== index + 1) faults.push(`height ${height} stands where ${index + 1} belongs`)
    if (parentHash !== parent) faults.push(`the parent of height ${height} is not the block before it`)
    if (hashes[height - 1] !== hash) faults.push(`height ${height} is not the block that the log has`)
    parent = hash
  })
  const inBlocks = blocks.reduce((sum, { txCount }) => sum + txCount, 0)
  if (transactions !== inBlocks) faults.push(`blocks say ${inBlocks} transactions, the table holds ${transactions}`)
  return faults.length === 0
    ? ok('sql blocks', `heights 1 to ${blocks.length} linked to each other as in the log, ${count(transactions, 'transaction')}`)
    : fail('sql blocks', `${listed(faults)}; ${REBUILD}`)
}

function checkCounts({ current, ever, checkpoints }: SqlFacts, { books }: LogFacts): Finding {
  const position = checkpoints.get('blocks') ?? 0
  if (books === undefined) return fail('sql counts', `the read model stands at position ${position}, where the log cannot be read; ${REBUILD}`)
  const { total } = books
  const inFlight = (current.PUBLISHED ?? 0) + (current.ADMITTED ?? 0)
  const pairs: [string, number, number][] = [
    ['COMMITTED', current.COMMITTED ?? 0, total.committed], ['REJECTED', current.REJECTED ?? 0, total.rejected], ['TIMEOUT', current.TIMEOUT ?? 0, total.timeout],
    ['EXPIRED', current.EXPIRED ?? 0, total.expired], ['in flight', inFlight, total.inFlight],
    ...LIFECYCLE_STATES.map((state): [string, number, number] => [`ever ${state}`, ever[state] ?? 0, books.ever[state]]),
  ]
  const faults = pairs.filter(([, sql, log]) => sql !== log).map(([what, sql, log]) => `${what} is ${sql} in SQL and ${log} in the log`)
  return faults.length === 0 ? ok('sql counts', `equal to those of the log at position ${position}`) : fail('sql counts', `${listed(faults)}; ${REBUILD}`)
}

function checkCheckpoints(checkpoints: ReadonlyMap<string, number>, length: number): Finding {
  const says = [...checkpoints].map(([name, position]) => `${name} at ${position}`).join(', ')
  const ahead = [...checkpoints].filter(([, position]) => position > length)
  if (ahead.length > 0) return fail('projections', `${says}, but the log ends at ${length}; the read models are of another log, rebuild them with \`cybermesh rebuild --all\``)
  return ok('projections', `${says || 'not started'}, the log is ${count(length, 'event')} long`)
}

const checkDeadLetters = (deadLetters: number): Finding =>
  deadLetters === 0 ? ok('dead letters', 'every event could be applied')
    : warn('dead letters', `${count(deadLetters, 'event')} could not be applied; read why with SELECT * FROM projection_dead_letters`)
