/**
 * Carries out what the core asks for: disk first, then the wire, then the commit. Events queue up and are taken one at
 * a time; a step's effects are finished before the next step begins. Commits are told at once and stored together a
 * moment later: what is signed waits for the disk, what a quorum has made final need not, since the blocks are on disk
 * already and the certificates bring it back after a crash.
 */
import type { Clock } from '../../platform/clock.js'
import type { Engine } from '../core/engine.js'
import type { PeerMessage } from '../core/messages.js'
import type { CommittedBlock, Effect, Event, Report } from '../core/protocol.js'
import type { BlockHash, Height, ValidatorId } from '../../domain/ids.js'
import type { BlockStore } from '../storage/block-store.js'
import type { SafetyStore } from '../storage/safety-record/store.js'
import { createViewTimer } from './view-timer.js'

export type DriverPorts = {
  readonly clock: Clock
  readonly safety: SafetyStore
  readonly blocks: BlockStore
  send(to: ValidatorId, message: PeerMessage): void
  broadcast(message: PeerMessage): void
  /** Must answer with a `blocks` or `fetch-failed` event, later. */
  fetch(from: ValidatorId, target: BlockHash, fromHeight: Height): void
  /** These blocks are final; they will be stored in a moment. */
  onCommit(blocks: readonly CommittedBlock[]): void
  onReport(report: Report): void
  /** The disk refused, or the key is used elsewhere (HaltError): nothing more may be signed. */
  onFatal(error: unknown): void
}

/** This validator must not sign again before an operator has looked. */
export class HaltError extends Error {
  readonly code = 'HALTED'
  constructor(reason: string) {
    super(reason)
    this.name = 'HaltError'
  }
}

export type Driver = {
  submit(event: Event): void
  stop(): void
}

/**
 * What is stored together is written once: most of the state tree's nodes live for a few blocks only, and each page of
 * the database that changes is written whole. Storing after 150 ms cost as much as executing did; after a crash the
 * blocks of this second are executed again.
 */
const STORE_AFTER_MS = 1000
/** Keeps the pause of one storing short, and the memory of a node that is catching up small. */
const MAX_UNSTORED_BLOCKS = 256
const MAX_UNSTORED_TXS = 2000

export function createDriver(engine: Engine, ports: DriverPorts): Driver {
  const queue: Event[] = []
  const unstored: CommittedBlock[] = []
  let storing: NodeJS.Timeout | undefined
  let gathering: NodeJS.Timeout | undefined
  let isRunning = false
  let isStopped = false
  const timer = createViewTimer((view) => submit({ type: 'timer', view }), () => performance.now())

  const carryOut = (effect: Exclude<Effect, { type: 'commit' }>): void => {
    switch (effect.type) {
      case 'persist-block':
        return ports.blocks.saveBlock(effect.block)
      case 'persist-safety':
        return ports.safety.save(effect.record)
      case 'send':
        return ports.send(effect.to, effect.message)
      case 'broadcast':
        return ports.broadcast(effect.message)
      case 'set-timer':
        return timer.set(effect.view, effect.delayMs)
      case 'clear-timer':
        return timer.clear()
      case 'set-gathering-timer':
        clearTimeout(gathering)
        gathering = setTimeout(() => submit({ type: 'gathered', view: effect.view }), effect.delayMs)
        return
      case 'fetch':
        return ports.fetch(effect.from, effect.target, effect.fromHeight)
      case 'report':
        return ports.onReport(effect.report)
      case 'halt':
        ports.safety.halt(effect.reason)
        throw new HaltError(effect.reason)
    }
  }

  const commit = (blocks: readonly CommittedBlock[]): void => {
    unstored.push(...blocks)
    ports.blocks.hold(blocks)
    ports.onCommit(blocks)
    const txs = unstored.reduce((sum, { block }) => sum + block.transactions.length, 0)
    if (unstored.length >= MAX_UNSTORED_BLOCKS || txs >= MAX_UNSTORED_TXS) store()
    else storing ??= setTimeout(store, STORE_AFTER_MS)
  }

  const store = (): void => {
    clearTimeout(storing)
    storing = undefined
    const blocks = unstored.splice(0)
    const last = blocks.at(-1)
    if (last === undefined) return
    try {
      ports.blocks.commit(blocks)
    } catch (error) {
      return fail(error)
    }
    submit({ type: 'commits-stored', height: last.block.header.height })
  }

  const submit = (event: Event): void => {
    if (isStopped) return
    queue.push(event)
    if (isRunning) return
    isRunning = true
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const commits: CommittedBlock[] = []
        for (const effect of engine.step(next, ports.clock.now())) {
          if (effect.type === 'commit') commits.push(...effect.blocks)
          else carryOut(effect)
        }
        if (commits.length > 0) commit(commits)
      }
    } catch (error) {
      fail(error)
    } finally {
      isRunning = false
    }
  }

  const fail = (error: unknown): void => {
    stop()
    ports.onFatal(error)
  }

  const stop = (): void => {
    isStopped = true
    clearTimeout(storing)
    clearTimeout(gathering)
    queue.length = 0
    timer.clear()
  }

  return {
    submit,
    stop() {
      // What was committed is stored now rather than fetched again at the next start.
      if (!isStopped) store()
      stop()
    },
  }
}
