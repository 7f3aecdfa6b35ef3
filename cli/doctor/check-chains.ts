/**
 * Do the validators' stores hold one chain? Heights from 1 to each head without gaps, every block the child of the one
 * before, every certificate signed by a quorum, and one block a height among all validators.
 */
import { isConsistent } from '../../domain/block.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import { asHeight, type BlockHash } from '../../domain/ids.js'
import type { VerifySignature } from '../../domain/crypto.js'
import { verifyQc } from '../../domain/verify-certificate.js'
import type { BlockStore, StoredBlock } from '../../consensus/storage/block-store.js'
import type { Progress } from '../shared/progress.js'
import { count, fail, listed, ok, warn, type Finding } from './finding.js'
import type { VoteBook } from './vote-book.js'

export type Chain = { readonly name: string; readonly store: Pick<BlockStore, 'head' | 'committedAt'> }

export type ChainsContext = {
  readonly set: ValidatorSet
  readonly genesisHash: BlockHash
  /** Validators hold the same signatures, so one that remembers what it verified saves most of the work. */
  readonly verify: VerifySignature
  readonly book: VoteBook
  readonly progress: Progress
  /** Validators that run are read one after the other, so some seem a little behind. */
  readonly isRunning: boolean
}

export type ChainsReport = {
  readonly findings: readonly Finding[]
  /** By height from 1: the hash that the first validator to reach it has. */
  readonly hashes: readonly string[]
}

/** Damage repeats at every height above it; the first faults tell it all. */
const FAULTS_SHOWN_A_CHAIN = 10
/** Blocks by which readers of a running chain differ without anything being wrong. */
export const USUAL_DISTANCE = 100

export function checkChains(chains: readonly Chain[], context: ChainsContext): ChainsReport {
  const walks = chains.map((chain) => createWalk(chain, context))
  const top = Math.max(0, ...walks.map(({ headHeight }) => headHeight))
  const hashes: string[] = []
  const forks: string[] = []
  for (let height = 1; height <= top; height++) {
    const found = new Map<string, string>()
    for (const walk of walks) {
      const hash = walk.step(height)
      if (hash !== undefined) found.set(hash, found.get(hash) ?? walk.name)
    }
    if (found.size > 1) forks.push(`height ${height} is ${[...found].map(([hash, name]) => `${hash.slice(0, 16)} on ${name}`).join(' and ')}`)
    hashes.push([...found.keys()][0] ?? '')
    context.progress.show(`checking blocks: height ${height} of ${top}`)
  }
  return { findings: [...walks.map((walk) => walk.finish(top)), judgeForks(forks, top, chains.length)], hashes }
}

const judgeForks = (forks: readonly string[], top: number, chains: number): Finding =>
  forks.length === 0
    ? ok('one chain', `${count(chains, 'validator')} have the same block at every height up to ${top}`)
    : fail('one chain', `the chain has forked: ${listed(forks)}; stop the network, keep every data folder as evidence and run \`cybermesh doctor\` on each`)

type Walk = {
  readonly name: string
  readonly headHeight: number
  /** The hash at `height`, or undefined above the head and in a gap. */
  step(height: number): string | undefined
  finish(top: number): Finding
}

function createWalk({ name, store }: Chain, { set, genesisHash, verify, book, isRunning }: ChainsContext): Walk {
  const faults: string[] = []
  const note = (fault: string): void => { if (faults.length < FAULTS_SHOWN_A_CHAIN) faults.push(fault) }
  const headHeight = headOf(store, note)
  // A commit certificate may name a descendant: what it names has to be found at that height.
  const promised = new Map<number, string>()
  let parent: string | undefined = genesisHash
  let certificates = 0

  return {
    name,
    headHeight,
    step(height) {
      if (height > headHeight) return undefined
      const stored = readBlock(store, height, note)
      if (stored === undefined) {
        parent = undefined
        return undefined
      }
      const { block, certificate, commitCertificate } = stored
      if (block.header.height !== height || !isConsistent(block)) note(`the block at height ${height} does not match its header`)
      if (parent !== undefined && block.header.parentHash !== parent) note(`the block at height ${height} is not the child of the one below`)
      if (certificate.data.blockHash !== block.hash) note(`the certificate at height ${height} is for another block`)
      const { commit } = commitCertificate.data
      if (commit === undefined || commit.height < height) note(`the commit certificate at height ${height} does not commit it`)
      else if ((promised.get(commit.height) ?? commit.hash) !== commit.hash) note(`two commit certificates name different blocks at height ${commit.height}`)
      else promised.set(commit.height, commit.hash)
      if ((promised.get(height) ?? block.hash) !== block.hash) note(`a commit certificate names another block at height ${height}`)
      promised.delete(height)
      for (const qc of [certificate, commitCertificate]) {
        const checked = verifyQc(qc, set, genesisHash, verify)
        if (checked.ok) book.seeCertificate(qc, `a certificate in the blocks of ${name}`)
        else note(`a certificate at height ${height} does not verify (${checked.fault})`)
        certificates += 1
      }
      parent = block.hash
      return block.hash
    },
    finish(top) {
      const check = `chain ${name}`
      if (faults.length > 0) return fail(check, `${listed(faults)}; move the chain folder of ${name} away, keep its safety record, and it fetches the blocks again`)
      const says = `heights 1 to ${headHeight} without gaps, ${count(certificates, 'certificate')} verified`
      if (top - headHeight > 0 && top - headHeight <= (isRunning ? USUAL_DISTANCE : 0)) return ok(check, says)
      if (headHeight === 0) return top === 0 ? ok(check, 'nothing was committed yet') : warn(check, `no blocks, others are at height ${top}; it fetches them when it runs`)
      return headHeight < top ? warn(check, `${says}; others are at height ${top}, it fetches the rest when it runs`) : ok(check, says)
    },
  }
}

function headOf(store: Chain['store'], note: (fault: string) => void): number {
  try {
    const head = store.head()
    if (head === undefined && store.committedAt(asHeight(1)) !== undefined) note('the newest block is missing')
    return head?.block.header.height ?? 0
  } catch (error) {
    note(`the head cannot be read (${(error as Error).message})`)
    return 0
  }
}

function readBlock(store: Chain['store'], height: number, note: (fault: string) => void): StoredBlock | undefined {
  try {
    const stored = store.committedAt(asHeight(height))
    if (stored === undefined) note(`height ${height} is missing`)
    return stored
  } catch (error) {
    note(`height ${height} cannot be read (${(error as Error).message})`)
    return undefined
  }
}
