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

export const offenceOf = (reason: string): Offence | undefined => (Object.hasOwn(OFFENCES, reason) ? OFFENCES[reason] : undefined)
