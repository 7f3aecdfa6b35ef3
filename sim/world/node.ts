/** One validator in virtual time: its core, its disk, its timers, and what happens when its power goes and comes back. */
import { DecodeError } from '../../domain/bytes.js'
import { asMillis, type BlockHash, type TxId, type UnixMillis, type ValidatorId } from '../../domain/ids.js'
import { firstSafetyRecord } from '../../consensus/node/recover.js'
import { SafetyRecordError } from '../../consensus/storage/safety-record/read.js'
import type { Block } from '../../domain/block.js'
import { decodeMessage, type PeerMessage } from '../../consensus/core/messages.js'
import type { CommittedBlock, Event } from '../../consensus/core/protocol.js'
import type { PlanKind } from '../kernel/timeline.js'
import type { DiskFault, SimNode } from '../types.js'
import { carryOut, type Hands } from './carry-out.js'
import { ancestorsOn } from './ancestors.js'
import { createDisk, DiskRefused } from './disk.js'
import { damage } from './damage.js'
import type { Environment } from './environment.js'

/** As in the driver: commits are stored when the votes that finish them have had the disk. */
const STORE_AFTER_MS = 150
const MAX_UNSTORED = 64

export type NodeBody = SimNode & {
  submit(event: Event): void
  hear(from: ValidatorId, message: PeerMessage | Uint8Array): void
  crash(): void
  start(disk: DiskFault): void
  ancestors(target: BlockHash, fromHeight: number): readonly Block[]
  /** Transactions it knows as final: offered again late, they must not wait again. */
  readonly settled: Set<TxId>
  /** Rises with every start and every crash: what was planned for an older one is void. */
  incarnation: number
}

export function createNode(environment: Environment, index: number, position: number): NodeBody {
  const { network, timeline, counts, oracles } = environment
  const n = network.set.validators.length
  const isTwin = position >= n
  const validator = network.set.validators[index] as { id: ValidatorId; publicKey: Uint8Array }
  const signer = environment.signer(index)
  const disk = createDisk({ chainId: network.set.chainId, publicKey: validator.publicKey }, firstSafetyRecord(network.genesis))
  const unstored: CommittedBlock[] = []
  const queue: Event[] = []
  let isRunning = false
  let timer = 0
  let isStoring = false

  /** Plans something that is void once this incarnation is over. */
  const later = (delayMs: number, run: () => void, kind?: PlanKind): void => {
    const { incarnation } = node
    timeline.after(delayMs, () => { if (node.incarnation === incarnation) run() }, kind)
  }
  const clock = (): UnixMillis => asMillis(timeline.now() + node.clockSkewMs)

  const store = (): void => {
    isStoring = false
    const blocks = unstored.splice(0)
    const last = blocks.at(-1)
    if (last === undefined) return
    try {
      disk.commit(blocks)
    } catch (error) {
      return stopFor(error)
    }
    submit({ type: 'commits-stored', height: last.block.header.height })
  }

  const hands: Hands = {
    burn() {
      if (node.fuse === undefined) return false
      node.fuse -= 1
      if (node.fuse >= 0) return false
      crash()
      return true
    },
    saveSafety(record) {
      if (node.fuse === 0 && environment.tearsWrites()) {
        disk.saveSafety(record, environment.writtenShare())
        return
      }
      disk.saveSafety(record)
      node.records.push(record)
      if (node.isHonest) for (const { onPersist } of oracles) onPersist?.(node, record)
    },
    leaves(message) {
      if (node.isHonest) for (const { onSend } of oracles) onSend?.(node, message)
      node.sent.push(message)
    },
    receivers: () => environment.nodes,
    holdersOf: (id) => environment.holdersOf(id),
    transmit: (to, message) => environment.transmit(node, to, message),
    setTimer(view, delayMs) {
      const own = ++timer
      // A liar that tells nobody what it waits for may wait for ever: silence is asked of the others.
      later(delayMs, () => { if (own === timer) submit({ type: 'timer', view }) }, node.isHonest ? 'work' : 'aside')
    },
    clearTimer() {
      timer += 1
    },
    setGatheringTimer(view, delayMs) {
      later(delayMs, () => submit({ type: 'gathered', view }))
    },
    fetch: (effect) => environment.fetch(node, effect, submit),
    commit(blocks) {
      if (node.isHonest) for (const { onCommit } of oracles) onCommit?.(node, blocks)
      remember(blocks)
      unstored.push(...blocks)
      if (unstored.length >= MAX_UNSTORED) return store()
      if (isStoring) return
      isStoring = true
      later(STORE_AFTER_MS, store)
    },
    report(report) {
      node.reports.push(report)
      environment.onReport(node, report)
    },
    halt(reason) {
      if (node.isHonest) environment.violate('false-halt', `${node.name} remembers all it signed and stopped for good: ${reason}`)
      crash()
      node.stopped = reason
      counts.halts += 1
    },
  }

  const remember = (blocks: readonly CommittedBlock[]): void => {
    for (const committed of blocks) {
      for (const tx of committed.block.transactions) {
        node.settled.add(tx.id)
        node.pool.delete(tx.id)
      }
      if (committed.block.header.height > node.committed.length) node.committed.push(committed)
    }
  }

  const submit = (event: Event): void => {
    if (!node.isUp) return
    queue.push(event)
    if (isRunning) return
    isRunning = true
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        counts.events += 1
        environment.trace(node, next)
        carryOut(node, node.engine.step(next, clock()), hands)
        if (!node.isUp) return
        if (node.isHonest) for (const { onStep } of oracles) onStep?.(node)
      }
    } catch (error) {
      stopFor(error)
    } finally {
      isRunning = false
    }
  }

  /** As the driver: nothing more is signed after an error, and nobody starts it again but an operator. */
  const stopFor = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error)
    environment.trace(node, `stops: ${reason}`)
    if (!(error instanceof DiskRefused) && node.isHonest) environment.violate('exception', `${node.name}: ${error instanceof Error ? error.stack ?? reason : reason}`)
    crash()
    if (!(error instanceof DiskRefused)) node.stopped = reason
  }

  const crash = (): void => {
    if (!node.isUp) return
    environment.trace(node, 'loses its power')
    counts.crashes += 1
    node.isUp = false
    node.fuse = undefined
    node.incarnation += 1
    timer += 1
    isStoring = false
    unstored.length = 0
    queue.length = 0
  }

  const node: NodeBody = {
    index, position, isTwin, disk,
    name: `v${index}${isTwin ? "'" : ''}`,
    id: validator.id,
    isHonest: !isTwin, isUp: false, stopped: undefined,
    engine: undefined as unknown as SimNode['engine'],
    committed: [], reports: [], sent: [], records: [], pool: new Map(), settled: new Set(),
    clockSkewMs: 0, fuse: undefined, speak: undefined, answerFetch: undefined, wrap: undefined, incarnation: 0,
    submit, crash,
    hear(from, message) {
      if (!node.isUp) return
      if (!(message instanceof Uint8Array)) return submit({ type: 'message', from, message })
      const decoded = decoding(message)
      if (decoded !== undefined) submit({ type: 'message', from, message: decoded })
    },
    start(fault) {
      crash()
      damage(disk, fault, environment.random)
      if (fault === 'stale' || fault === 'forgotten') node.isHonest = false
      disk.refuses = undefined
      node.incarnation += 1
      node.stopped = undefined
      try {
        const engine = environment.boot(node, signer)
        node.engine = node.wrap?.(engine) ?? engine
      } catch (error) {
        node.stopped = error instanceof Error ? error.message : String(error)
        counts.refusals += 1
        if (!(error instanceof SafetyRecordError)) environment.violate('exception', `${node.name} at its start: ${node.stopped}`)
        environment.trace(node, `does not start: ${node.stopped}`)
        return
      }
      node.isUp = true
      environment.trace(node, 'starts')
      if (node.isHonest) for (const { onStart } of oracles) onStart?.(node)
      submit({ type: 'start' })
    },
    ancestors: (target, fromHeight) => ancestorsOn(disk, target, fromHeight),
  }

  const decoding = (bytes: Uint8Array): PeerMessage | undefined => {
    try {
      return decodeMessage(bytes)
    } catch (error) {
      if (!(error instanceof DecodeError)) environment.violate('exception', `${node.name} decoding: ${String(error)}`)
      node.reports.push({ kind: 'message-refused', from: node.id, message: 'sync-info', reason: String(error) })
      return undefined
    }
  }
  return node
}
