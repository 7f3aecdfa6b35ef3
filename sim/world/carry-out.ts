/**
 * Does what a core asks for, as the driver does: in order, disk first, commits told at once and stored later. Between
 * any two effects, and between any two receivers of one message, the power may go.
 */
import type { ValidatorId, View } from '../../domain/ids.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { CommittedBlock, Effect, Report } from '../../consensus/core/protocol.js'
import type { SafetyRecord } from '../../consensus/core/safety-rules.js'
import type { SimNode } from '../types.js'

/** What the effects of one node do to the world. */
export type Hands = {
  /** Burns one boundary of the fuse. @returns whether the power went */
  burn(): boolean
  saveSafety(record: SafetyRecord): void
  /** Told once a message, before the first receiver. */
  leaves(message: PeerMessage): void
  receivers(): readonly SimNode[]
  holdersOf(id: ValidatorId): readonly SimNode[]
  transmit(to: SimNode, message: PeerMessage): void
  setTimer(view: View, delayMs: number): void
  clearTimer(): void
  setGatheringTimer(view: View, delayMs: number): void
  fetch(effect: Extract<Effect, { type: 'fetch' }>): void
  commit(blocks: readonly CommittedBlock[]): void
  report(report: Report): void
  halt(reason: string): void
}

export function carryOut(node: SimNode, effects: readonly Effect[], hands: Hands): void {
  const commits: CommittedBlock[] = []
  for (const effect of effects) {
    if (effect.type === 'commit') commits.push(...effect.blocks)
    else if (!carryOutOne(node, effect, hands)) return
  }
  if (commits.length > 0 && !hands.burn()) hands.commit(commits)
}

/** @returns false when the power went */
function carryOutOne(node: SimNode, effect: Exclude<Effect, { type: 'commit' }>, hands: Hands): boolean {
  switch (effect.type) {
    case 'persist-block':
      if (hands.burn()) return false
      node.disk.saveBlock(effect.block)
      return true
    case 'persist-safety':
      if (hands.burn()) return false
      hands.saveSafety(effect.record)
      return !hands.burn()
    case 'send':
      return sendTo(hands.holdersOf(effect.to), effect.message, hands)
    case 'broadcast':
      return sendTo(hands.receivers(), effect.message, hands)
    case 'set-timer':
      hands.setTimer(effect.view, effect.delayMs)
      return true
    case 'clear-timer':
      hands.clearTimer()
      return true
    case 'set-gathering-timer':
      hands.setGatheringTimer(effect.view, effect.delayMs)
      return true
    case 'fetch':
      hands.fetch(effect)
      return true
    case 'report':
      hands.report(effect.report)
      return true
    case 'halt':
      hands.halt(effect.reason)
      return false
  }
}

function sendTo(receivers: readonly SimNode[], message: PeerMessage, hands: Hands): boolean {
  if (hands.burn()) return false
  hands.leaves(message)
  for (const to of receivers) {
    hands.transmit(to, message)
    if (hands.burn()) return false
  }
  return true
}
