/**
 * Carries out the core's fetches: a few at a time, each with a deadline, each answer judged before the core sees it.
 * Signatures are checked between other events, not in one go, so that votes are not kept waiting while we catch up;
 * the core asks again and finds each verdict in the verifier's cache.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PeerId } from '@libp2p/interface'
import type { Block } from '../../domain/block.js'
import { DecodeError } from '../../domain/bytes.js'
import type { QuorumCertificate } from '../../domain/certificate.js'
import type { BlockHash, Height, ValidatorId } from '../../domain/ids.js'
import type { Mesh } from '../network/mesh.js'
import { request } from '../network/requests.js'
import { createTurns } from '../network/turns.js'
import { BLOCKS_PROTOCOL, decodeBlocksAnswer, encodeBlocksRequest } from './block-exchange.js'
import { certificatesIn, checkShape, type AnswerFault } from './check-answer.js'

export type FetchPorts = {
  readonly mesh: Mesh
  peerOf(validator: ValidatorId): PeerId | undefined
  isValidQc(qc: QuorumCertificate): boolean
  onBlocks(from: ValidatorId, target: BlockHash, blocks: readonly Block[]): void
  onFailed(from: ValidatorId, target: BlockHash): void
  /** The answer was a lie. */
  onLie(from: ValidatorId, reason: string): void
}

export type BlockFetcher = {
  fetch(from: ValidatorId, target: BlockHash, fromHeight: Height): void
  /** Requests under way or waiting. */
  readonly inFlight: number
}

/** Of all fetches; the core asks for one block at a time unless several forks are certified at once. */
const AT_ONCE = 4
const TIMEOUT_MS = 5000

export function createBlockFetcher(ports: FetchPorts): BlockFetcher {
  const turns = createTurns(AT_ONCE)
  let inFlight = 0

  const ask = async (from: ValidatorId, target: BlockHash, fromHeight: Height): Promise<readonly Block[] | undefined> => {
    const peer = ports.peerOf(from)
    if (peer === undefined || !ports.mesh.isConnected(peer)) return undefined
    const bytes = await request(ports.mesh, peer, BLOCKS_PROTOCOL, encodeBlocksRequest(target, fromHeight), TIMEOUT_MS)
    const blocks = decodeBlocksAnswer(bytes)
    const fault = checkShape(blocks, target, fromHeight) ?? await checkCertificates(blocks, ports.isValidQc)
    if (fault === undefined) return blocks
    ports.onLie(from, fault)
    return undefined
  }

  return {
    fetch(from, target, fromHeight) {
      inFlight += 1
      turns.take('all', () => ask(from, target, fromHeight))
        .catch((error: unknown) => {
          if (error instanceof DecodeError) ports.onLie(from, error.field)
          return undefined
        })
        .then((blocks) => {
          inFlight -= 1
          if (blocks === undefined) ports.onFailed(from, target)
          else ports.onBlocks(from, target, blocks)
        })
        .catch(() => undefined) // The driver tells of its own failures.
    },
    get inFlight() {
      return inFlight
    },
  }
}

const CHECKED_AT_ONCE = 8

async function checkCertificates(blocks: readonly Block[], isValidQc: (qc: QuorumCertificate) => boolean): Promise<AnswerFault | undefined> {
  for (const [i, qc] of certificatesIn(blocks).entries()) {
    if (i % CHECKED_AT_ONCE === CHECKED_AT_ONCE - 1) await nextTurn()
    if (!isValidQc(qc)) return 'forged-certificate'
  }
  return undefined
}
