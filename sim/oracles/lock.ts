/** What a validator remembers only rises: last vote, lock, last proposal, highest certificates. */
import type { SafetyRecord } from '../../consensus/core/safety-rules.js'
import type { SimNode } from '../types.js'
import type { Oracle, Violate } from './oracle.js'

const MARKS: Readonly<Record<string, (record: SafetyRecord) => number>> = {
  'last voted view': (record) => record.lastVotedView,
  lock: (record) => record.lockView,
  'last proposed view': (record) => record.lastProposedView,
  'highest certificate': (record) => record.highQc.data.view,
  'highest timeout certificate': (record) => record.highTc?.view ?? 0,
}

export function lock(violate: Violate): Oracle {
  const last = new Map<SimNode, SafetyRecord>()
  return {
    onPersist(node, record) {
      const before = last.get(node)
      last.set(node, record)
      if (before === undefined) return
      for (const [name, mark] of Object.entries(MARKS)) {
        if (mark(record) < mark(before)) violate('lock-fell', `${node.name}: ${name} fell from ${mark(before)} to ${mark(record)}`)
      }
    },
  }
}
