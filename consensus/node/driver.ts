/**
 * Carries out what the core asks for: disk first, then the wire, then the commit. Events queue up and are taken one at
 * a time; a step's effects are finished before the next step begins. Before a commit is told and again before it is
 * stored the event loop gets its turn: what was sent leaves the sockets while the disk is still free to wait for.
 */
import type { Clock } from '../../platform/clock.js'
import type { Engine } from '../core/engine.js'
import type { PeerMessage } from '../core/messages.js'
import type { CommittedBlock, Effect, Event, Report } from '../core/protocol.js'
import type { BlockHash, Height, ValidatorId, View } from '../../domain/ids.js'
import type { BlockStore } from '../storage/block-store.js'
import type { SafetyStore } from '../storage/safety-record/store.js'

export type DriverPorts = {
  readonly clock: Clock
  readonly safety: SafetyStore
  readonly blocks: BlockStore
  send(to: ValidatorId, message: PeerMessage): void
  broadcast(message: PeerMessage): void
  /** Must answer with a `blocks` or `fetch-failed` event, later. */
  fetch(from: ValidatorId, target: BlockHash, fromHeight: Height): void
  /** These blocks are final. They are stored right after; a crash in between is made good from the certificates. */
  onCommit(blocks: readonly CommittedBlock[]): void
  onReport(report: Report): void
  /** The disk refused: nothing more may be signed. */
  onFatal(error: unknown): void
}

export type Driver = {
  submit(event: Event): void
  stop(): void
}

export function createDriver(engine: Engine, ports: DriverPorts): Driver {
  const queue: Event[] = []
  let isRunning = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined

  const setTimer = (view: View, delayMs: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => submit({ type: 'timer', view }), delayMs)
  }

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
        return setTimer(effect.view, effect.delayMs)
      case 'clear-timer':
        return clearTimeout(timer)
      case 'fetch':
        return ports.fetch(effect.from, effect.target, effect.fromHeight)
      case 'report':
        return ports.onReport(effect.report)
    }
  }

  const finalise = async (blocks: readonly CommittedBlock[]): Promise<void> => {
    await turnOfTheLoop()
    if (isStopped) return
    ports.onCommit(blocks)
    await turnOfTheLoop()
    if (!isStopped) ports.blocks.commit(blocks)
  }

  /** Takes events without a pause up to the first commit, and goes on when that is stored. */
  const work = (): void => {
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const commits: CommittedBlock[] = []
        for (const effect of engine.step(next, ports.clock.now())) {
          if (effect.type === 'commit') commits.push(...effect.blocks)
          else carryOut(effect)
        }
        if (commits.length > 0) return void finalise(commits).then(work, fail)
      }
      isRunning = false
    } catch (error) {
      fail(error)
    }
  }

  const submit = (event: Event): void => {
    if (isStopped) return
    queue.push(event)
    if (isRunning) return
    isRunning = true
    work()
  }

  const fail = (error: unknown): void => {
    stop()
    ports.onFatal(error)
  }

  const stop = (): void => {
    isStopped = true
    queue.length = 0
    clearTimeout(timer)
  }

  return { submit, stop }
}

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
