/** Which of the core's refusals a peer is blamed for. What is not listed here may come from an honest peer in a race. */
import type { Offence } from './peer-score.js'

const OFFENCES: Readonly<Record<string, Offence>> = {
  'bad-signature': 'forged',
  'bad-certificate': 'forged',
  'bad-justify': 'forged',
  'bad-timeout-certificate': 'forged',
  'content-not-bound': 'forged',
  'wrong-chain': 'broken-rule',
  'wrong-epoch': 'broken-rule',
  'not-the-leader': 'broken-rule',
  'not-a-validator': 'broken-rule',
  'justify-of-another-block': 'broken-rule',
  'no-entry-proof': 'broken-rule',
  'certificate-does-not-match': 'broken-rule',
  'parent-mismatch': 'broken-rule',
  'height-gap': 'broken-rule',
  'view-not-above-parent': 'broken-rule',
  'time-before-parent': 'broken-rule',
}

/** In an answer to a fetch a block that a quorum certified may look wrong because our own state is. */
const NOT_OF_CERTIFIED_BLOCKS: ReadonlySet<string> = new Set(['not-the-leader'])

/** @param type what was refused, as reports name it */
export function offenceOf(type: string, reason: string): Offence | undefined {
  if (type === 'blocks' && NOT_OF_CERTIFIED_BLOCKS.has(reason)) return undefined
  return Object.hasOwn(OFFENCES, reason) ? OFFENCES[reason] : undefined
}
