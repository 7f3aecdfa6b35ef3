/** A node without a vote reads the chain from the validators: certified blocks in height order, each with its proof. */
import type { PeerId } from '@libp2p/interface'
import type { Block, BlockHeader } from '../../domain/block.js'
import { asHeight, type Height } from '../../domain/ids.js'
import { decodeAnnouncement, listen } from '../network/gossip.js'
import { peerIdOf } from '../network/identity.js'
import type { Mesh } from '../network/mesh.js'
import { request } from '../network/requests.js'
import type { StoredBlock } from '../storage/block-store.js'
import { CHAIN_PROTOCOL, decodeStoredBlocks, encodeChainRequest } from './block-exchange.js'

/** A block, and the headers from its child up to the block that its commit certificate commits. */
export type ProvenBlock = StoredBlock & { readonly headers: readonly BlockHeader[] }

export type ChainFollower = {
  /** Final blocks from `height` on, then new ones as they are announced, until `signal` aborts. */
  blocksFrom(height: Height, signal: AbortSignal): AsyncIterable<ProvenBlock>
  /** The reader refused what it got: ask somebody else. */
  refused(height: Height, fault: string): void
}

/** Announcements bring the news; this is for one that was lost. */
const POLL_MS = 2000
/** The proposer's announcement brings the blocks; one without them waits this long for it before asking. */
const GRACE_MS = 100
const MAX_ANNOUNCED = 256

/** @param validators raw public keys */
export function followChain(mesh: Mesh, validators: readonly Uint8Array[]): ChainFollower {
  const peers = validators.map(peerIdOf)
  const announced = new Map<number, StoredBlock>()
  let next = 0
  let hear: (hasBlocks: boolean) => void = () => undefined
  listen(mesh, 'commits', (bytes) => {
    const { blocks } = decodeAnnouncement(bytes)
    for (const stored of blocks === undefined ? [] : decodeStoredBlocks(blocks)) announced.set(stored.block.header.height, stored)
    while (announced.size > MAX_ANNOUNCED) announced.delete(announced.keys().next().value as number)
    hear(blocks !== undefined)
  })

  const news = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        hear = () => undefined
        resolve()
      }
      let timer = setTimeout(done, POLL_MS)
      signal.addEventListener('abort', done, { once: true })
      hear = (hasBlocks) => {
        if (hasBlocks) return done()
        clearTimeout(timer)
        timer = setTimeout(done, GRACE_MS)
        hear = (later) => { if (later) done() }
      }
    })

  /** Announced blocks from `height` on, without a gap. */
  const takeAnnounced = (height: number): readonly StoredBlock[] => {
    const taken: StoredBlock[] = []
    for (let at = height, stored = announced.get(at); stored !== undefined; stored = announced.get(++at)) taken.push(stored)
    for (const known of announced.keys()) if (known < height + taken.length) announced.delete(known)
    return taken
  }

  const ask = async (height: number): Promise<readonly StoredBlock[]> => {
    const peer = connected(mesh, peers, next)
    if (peer === undefined) return []
    try {
      return decodeStoredBlocks(await request(mesh, peer, CHAIN_PROTOCOL, encodeChainRequest(asHeight(height))))
    } catch {
      next += 1
      return []
    }
  }

  return {
    async *blocksFrom(height, signal) {
      let from = height as number
      while (!signal.aborted) {
        const heard = withHeaders(takeAnnounced(from))
        const proven = heard.length > 0 ? heard : withHeaders(await ask(from))
        for (const item of proven) {
          if (signal.aborted) return
          yield item
          from = item.block.header.height + 1
        }
        // An answer may have been cut at its limit; an announcement is all there was when it was made.
        const mayHaveMore = heard.length > 0 ? announced.has(from) : proven.length > 0
        if (mayHaveMore) continue
        // Another validator may be further ahead than the one asked.
        if (proven.length === 0) next += 1
        await news(signal)
      }
    },
    refused() {
      next += 1
    },
  }
}

function connected(mesh: Mesh, peers: readonly PeerId[], start: number): PeerId | undefined {
  for (let i = 0; i < peers.length; i++) {
    const peer = peers[(start + i) % peers.length] as PeerId
    if (mesh.isConnected(peer)) return peer
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
