/** A node without a vote reads the chain from the validators: certified blocks in height order, each with its proof. */
import type { Block, BlockHeader } from '../../domain/block.js'
import { asHeight, type Height } from '../../domain/ids.js'
import { listen } from '../network/gossip.js'
import { peerIdOf } from '../network/identity.js'
import type { Mesh } from '../network/mesh.js'
import { request } from '../network/requests.js'
import type { StoredBlock } from '../storage/block-store.js'
import { CHAIN_PROTOCOL, decodeChainAnswer, encodeChainRequest } from './block-exchange.js'

/** A block, and the headers from its child up to the block that its commit certificate commits. */
export type ProvenBlock = StoredBlock & { readonly headers: readonly BlockHeader[] }

export type ChainFollower = {
  /** Final blocks from `height` on, then new ones as they are announced, until `signal` aborts. */
  blocksFrom(height: Height, signal: AbortSignal): AsyncIterable<ProvenBlock>
  /** The reader refused what it got: ask somebody else. */
  refused(height: Height, fault: string): void
}

const POLL_MS = 500

/** @param validators raw public keys */
export function followChain(mesh: Mesh, validators: readonly Uint8Array[]): ChainFollower {
  const peers = validators.map(peerIdOf)
  let next = 0
  let wake: () => void = () => undefined
  listen(mesh, 'commits', () => wake())

  const news = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, POLL_MS)
      signal.addEventListener('abort', done, { once: true })
      wake = done
    })

  return {
    async *blocksFrom(height, signal) {
      let from = height as number
      while (!signal.aborted) {
        const peer = connected(mesh, peers, next)
        const stored = peer === undefined ? [] : await ask(mesh, peer, from).catch(() => { next += 1; return [] })
        const proven = withHeaders(stored)
        for (const item of proven) {
          if (signal.aborted) return
          yield item
          from = item.block.header.height + 1
        }
        if (proven.length === 0) {
          // Another validator may be further ahead than the one asked.
          next += 1
          await news(signal)
        }
      }
    },
    refused() {
      next += 1
    },
  }
}

async function ask(mesh: Mesh, peer: ReturnType<typeof peerIdOf>, from: number): Promise<readonly StoredBlock[]> {
  return decodeChainAnswer(await request(mesh, peer, CHAIN_PROTOCOL, encodeChainRequest(asHeight(from))))
}

function connected<P extends { toString(): string }>(mesh: Mesh, peers: readonly P[], start: number): P | undefined {
  for (let i = 0; i < peers.length; i++) {
    const peer = peers[(start + i) % peers.length] as P
    if (mesh.isConnected(peer as never)) return peer
  }
  return undefined
}

/** Leaves out blocks at the end whose proof reaches past the answer. */
function withHeaders(stored: readonly StoredBlock[]): readonly ProvenBlock[] {
  const byHeight = new Map<number, Block>(stored.map(({ block }) => [block.header.height, block]))
  const proven: ProvenBlock[] = []
  for (const item of stored) {
    const { height } = item.block.header
    const commitHeight = item.commitCertificate.data.commit?.height ?? -1
    const headers: BlockHeader[] = []
    for (let at = height + 1; at <= commitHeight; at++) {
      const block = byHeight.get(at)
      if (block === undefined) return proven
      headers.push(block.header)
    }
    proven.push({ ...item, headers })
  }
  return proven
}
