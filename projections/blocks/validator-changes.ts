/** What the events of a batch say about validators: who they are, what they proposed and voted for, when last heard of. */
import type { EventData } from '../../domain/events/schema.js'
import type { ValidatorId } from '../../domain/ids.js'
import type { RecordedEvent } from '../../eventlog/log.js'

export type ValidatorChange = {
  readonly id: ValidatorId
  registered: EventData<'ValidatorRegistered'> | undefined
  proposed: number
  voted: number
  /** UTC milliseconds. */
  firstSeenAt: number
  lastSeenAt: number
}

export type ValidatorFold = { visit(recorded: RecordedEvent): void; finish(): readonly ValidatorChange[] }

export function createValidatorFold(): ValidatorFold {
  const changes = new Map<ValidatorId, ValidatorChange>()
  const seen = (id: ValidatorId, at: number): ValidatorChange => {
    const change = changes.get(id) ?? { id, registered: undefined, proposed: 0, voted: 0, firstSeenAt: at, lastSeenAt: at }
    changes.set(id, change)
    change.firstSeenAt = Math.min(change.firstSeenAt, at)
    change.lastSeenAt = Math.max(change.lastSeenAt, at)
    return change
  }
  return {
    visit({ event }) {
      switch (event.type) {
        case 'ValidatorRegistered':
          seen(event.data.validatorId, event.data.at).registered = event.data
          break
        case 'BlockCommitted':
          seen(event.data.proposer, event.data.at).proposed += 1
          for (const signer of event.data.certificateSigners) seen(signer, event.data.at).voted += 1
          break
        case 'AnomalyAdmitted':
          if (event.data.by.kind === 'receipt') seen(event.data.by.receipt.validator, event.data.by.receipt.at)
          break
        case 'AnomalyRejected':
          if (event.data.by.kind === 'receipts') for (const { validator, at } of event.data.by.receipts) seen(validator, at)
          break
        default:
      }
    },
    finish: () => [...changes.values()],
  }
}
