/**
 * Messages on their way to the core. Each may have to wait for something (its signatures, its transactions) while others
 * go on; what one peer sent in one lane is handed over in the order in which it came, and lanes do not wait for each
 * other. Queues are bounded: the oldest message gives way, since it is the first to be superseded.
 */
import type { ValidatorId } from '../../domain/ids.js'
import type { Lane } from '../network/lanes.js'

export type InboxPorts<Received, Ready> = {
  /** What is to be handed over, perhaps later; undefined drops the message. Must not reject. */
  prepare(from: ValidatorId, message: Received): Ready | undefined | Promise<Ready | undefined>
  deliver(from: ValidatorId, message: Ready): void
}

export type Inbox<Received> = {
  push(from: ValidatorId, lane: Lane, message: Received): void
  /** Messages that gave way, and messages that wait. */
  status(): { readonly dropped: number; readonly waiting: number }
  close(): void
}

/** A view brings one vote and one proposal from each peer; more than a few that wait are of the past. */
const MAX_WAITING: Record<Lane, number> = { votes: 64, timeouts: 16, proposals: 4 }

/** `ready` once it may be handed over; with `message` undefined it is only passed over. */
type Slot<Ready> = { isReady: boolean; message: Ready | undefined }

export function createInbox<Received, Ready>({ prepare, deliver }: InboxPorts<Received, Ready>): Inbox<Received> {
  const queues = new Map<string, Slot<Ready>[]>()
  let dropped = 0
  let isClosed = false

  const handOver = (from: ValidatorId, queue: Slot<Ready>[]): void => {
    while (queue[0]?.isReady === true && !isClosed) {
      const { message } = queue.shift() as Slot<Ready>
      if (message !== undefined) deliver(from, message)
    }
  }

  return {
    push(from, lane, received) {
      if (isClosed) return
      const key = `${from} ${lane}`
      const queue = queues.get(key) ?? []
      queues.set(key, queue)
      const prepared = prepare(from, received)
      if (!(prepared instanceof Promise)) {
        queue.push({ isReady: true, message: prepared })
        return handOver(from, queue)
      }
      const slot: Slot<Ready> = { isReady: false, message: undefined }
      queue.push(slot)
      if (queue.length > MAX_WAITING[lane]) {
        queue.shift()
        dropped += 1
        handOver(from, queue)
      }
      void prepared.then((message) => {
        slot.isReady = true
        slot.message = message
        handOver(from, queue)
      })
    },
    status: () => ({ dropped, waiting: [...queues.values()].reduce((sum, { length }) => sum + length, 0) }),
    close() {
      isClosed = true
      queues.clear()
    },
  }
}
