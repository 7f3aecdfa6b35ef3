/** A thread that writes large appends while the main one still prepares what is left of them. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { ABORT } from 'lmdb'
import { isAbortedCommit } from '../../../platform/lmdb/transact.js'
import { forgetUnkept, openTables } from '../tables.js'
import { beginAppend } from './append-parts.js'
import { waitFor, whileBusy, type FromThread, type ThreadOptions, type ToThread } from './messages.js'
import type { Taken } from './part.js'

const port = parentPort as MessagePort
const { shared, ...options } = workerData as ThreadOptions
const opened = whileBusy(shared, () => openTables({ ...options, create: false }))
// Without it the program is ending, and so is this thread.
if (opened === undefined) process.exit()
const tables = await opened

const next = (): ToThread => waitFor(shared, () => (receiveMessageOnPort(port) as { readonly message: ToThread } | undefined)?.message)

/** Undefined where the append is not taken. All of its messages are read in any case. */
function append(events: number): Taken | undefined {
  let message: ToThread = { kind: 'begin', events }
  try {
    const taken: unknown = whileBusy(shared, () => tables.root.transactionSync(() => {
      const parted = beginAppend(tables, events)
      for (message = next(); message.kind === 'part'; message = next()) if (!parted.add(message.part)) return ABORT
      return (message.kind === 'end' ? parted.finish() : undefined) ?? ABORT
    }))
    if (taken === ABORT) forgetUnkept(tables)
    return taken === ABORT ? undefined : taken as Taken | undefined
  } catch (error) {
    forgetUnkept(tables)
    // Then nothing of it is written, and the append is decided as a whole.
    if (isAbortedCommit(error)) return undefined
    throw error
  } finally {
    while (message.kind === 'begin' || message.kind === 'part') message = next()
  }
}

function answer(events: number): FromThread {
  try {
    const taken = append(events)
    return taken === undefined ? { kind: 'not-taken' } : { kind: 'taken', taken }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { kind: 'failed', code, message }
  }
}

port.on('message', (message: ToThread) => {
  if (message.kind === 'begin') port.postMessage(answer(message.events))
  if (message.kind === 'close') void whileBusy(shared, () => tables.root.close())?.then(() => port.close())
})
