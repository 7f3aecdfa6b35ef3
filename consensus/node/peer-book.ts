/** What each validator last said of itself: when it was heard and where it claims to stand. For people, never for safety. */
import type { UnixMillis, ValidatorId } from '../../domain/ids.js'
import type { ReceivedMessage } from './inbound.js'

export type PeerNote = { readonly lastSeenAt: UnixMillis; readonly view: number; readonly committedHeight: number }

export type PeerBook = {
  note(from: ValidatorId, message: ReceivedMessage, now: UnixMillis): void
  of(validator: ValidatorId): PeerNote | undefined
}

/** @param validators the only ones that are remembered */
export function createPeerBook(validators: ReadonlySet<ValidatorId>): PeerBook {
  const notes = new Map<ValidatorId, PeerNote>()
  return {
    note(from, message, now) {
      if (!validators.has(from)) return
      const before = notes.get(from)
      const said = positionIn(message)
      notes.set(from, {
        lastSeenAt: now, view: said.view ?? before?.view ?? 0, committedHeight: said.committedHeight ?? before?.committedHeight ?? 0,
      })
    },
    of: (validator) => notes.get(validator),
  }
}

/** A vote for a block that makes another final says that its voter will commit that one with the next certificate. */
function positionIn(message: ReceivedMessage): { readonly view?: number; readonly committedHeight?: number } {
  switch (message.type) {
    case 'vote':
      return { view: message.vote.data.view }
    case 'timeout':
      return { view: message.timeout.view, ...committedBy(message.timeout.highQc.data.commit) }
    case 'timeout-certificate':
      return { view: message.tc.view + 1 }
    case 'proposal':
      return { view: message.proposal.block.header.view, ...committedBy(message.proposal.block.justify.data.commit) }
    case 'compact-proposal':
      return { view: message.compact.header.view, ...committedBy(message.compact.justify.data.commit) }
    case 'sync-info':
      return { view: Math.max(message.info.highQc.data.view, message.info.highTc?.view ?? 0) + 1, committedHeight: message.info.committedHeight }
  }
}

const committedBy = (commit: { readonly height: number } | undefined): { readonly committedHeight?: number } =>
  (commit === undefined ? {} : { committedHeight: commit.height })
