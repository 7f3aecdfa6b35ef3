/** Does every committed anomaly lie in a block, and every successful event of a block belong to a committed anomaly? */
import { count, fail, listed, ok } from './finding.js'
import type { LogVisitor } from './log-visitor.js'

export function checkPlacements(): LogVisitor {
  /** Seen on one side only so far; block and anomalies come in one append, so this stays small. */
  const inBlocks = new Map<string, string>()
  const inLives = new Map<string, string>()
  let matched = 0
  const meet = (mine: Map<string, string>, theirs: Map<string, string>, key: string, says: string): void => {
    if (theirs.delete(key)) matched += 1
    else mine.set(key, says)
  }

  return {
    visit(entry) {
      if (entry.kind !== 'event') return
      const { event } = entry.recorded
      if (event.type === 'AnomalyCommitted') {
        const { anomalyId, placement: { height, txIndex, txId } } = event.data
        meet(inLives, inBlocks, `${height}/${txIndex}/${txId}`, `anomaly ${anomalyId} says that it is in block ${height}, which does not hold it`)
      }
      if (event.type !== 'BlockCommitted') return
      const { height, transactions } = event.data
      transactions.forEach(({ kind, status, txId }, txIndex) => {
        if (kind === 'event' && status === 'success') meet(inBlocks, inLives, `${height}/${txIndex}/${txId}`, `transaction ${txIndex} of block ${height} is no committed anomaly`)
      })
    },
    finish() {
      const faults = [...inLives.values(), ...inBlocks.values()]
      return [faults.length === 0
        ? ok('commits', `${count(matched, 'committed anomaly').replace('anomalys', 'anomalies')}, each in the block it names`)
        : fail('commits', `${listed(faults)}; restore the eventlog folder from a copy`)]
    },
  }
}
