/** What an attacker with a validator's key can put into a frame: noise, damaged real messages, and well made lies. */
import { ByteWriter } from '../../../domain/bytes.js'
import { voteSignBytes, type Vote, type VoteData } from '../../../domain/certificate.js'
import type { Signer } from '../../../domain/crypto.js'
import { asEpoch, asHeight, asView, type BlockHash, type ChainId, type ValidatorId } from '../../../domain/ids.js'
import { encodeMessage } from '../../../consensus/core/messages.js'
import { LANES, type Lane } from '../../../consensus/network/lanes.js'
import type { Random } from './random.js'

export const FRAME_KINDS = [
  'random bytes', 'truncated', 'bits flipped', 'bytes appended', 'unknown type', 'replayed', 'wrong signer', 'own vote for nothing', 'huge count', 'empty',
] as const
export type FrameKind = (typeof FRAME_KINDS)[number]

/** In a thousand. What costs a signature check is rarer, so that a million frames take minutes. */
const WEIGHTS: Readonly<Record<FrameKind, number>> = {
  'random bytes': 330, truncated: 270, 'bytes appended': 120, 'unknown type': 90, 'huge count': 60, empty: 20,
  replayed: 60, 'own vote for nothing': 20, 'bits flipped': 20, 'wrong signer': 10,
}

export type Frame = { readonly kind: FrameKind; readonly lane: Lane; readonly bytes: Uint8Array }

export type FrameSource = {
  /** A real message that honest validators sent us. */
  learn(lane: Lane, bytes: Uint8Array): void
  readonly learned: number
  next(): Frame
}

const KEPT = 500

export function createFrameSource(random: Random, self: Signer, chainId: ChainId, validators: readonly ValidatorId[]): FrameSource {
  const corpus: { readonly lane: Lane; readonly bytes: Uint8Array }[] = []
  const own = validators.at(-1) as ValidatorId

  const real = (): { lane: Lane; bytes: Uint8Array } => corpus.length > 0 ? random.pick(corpus) : { lane: 'votes', bytes: encodeMessage({ type: 'vote', vote: voteBy(own) }) }

  const voteBy = (voter: ValidatorId): Vote => {
    const view = asView(random.below(1_000_000))
    const data: VoteData = { epoch: asEpoch(0), view, height: asHeight(view), blockHash: random.hex32() as BlockHash, parentView: asView(Math.max(0, view - 1)), commit: undefined }
    return { data, voter, signature: self.sign(voteSignBytes(chainId, data)) }
  }

  const make: Readonly<Record<FrameKind, () => { lane?: Lane; bytes: Uint8Array }>> = {
    'random bytes': () => ({ bytes: random.bytes(random.below(400)) }),
    truncated: () => {
      const { lane, bytes } = real()
      return { lane, bytes: bytes.subarray(0, random.below(bytes.length)) }
    },
    'bits flipped': () => {
      const { lane, bytes } = real()
      const copy = bytes.slice()
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        const at = random.below(copy.length)
        copy[at] = (copy[at] as number) ^ (1 << random.below(8))
      }
      return { lane, bytes: copy }
    },
    'bytes appended': () => {
      const { lane, bytes } = real()
      return { lane, bytes: Buffer.concat([bytes, random.bytes(1 + random.below(20))]) }
    },
    'unknown type': () => ({ bytes: Buffer.concat([Uint8Array.of(5 + random.below(251)), random.bytes(random.below(200))]) }),
    replayed: () => real(),
    'wrong signer': () => ({ lane: 'votes', bytes: encodeMessage({ type: 'vote', vote: nearVote(voteBy(random.pick(validators.slice(0, -1)))) }) }),
    'own vote for nothing': () => ({ lane: 'votes', bytes: encodeMessage({ type: 'vote', vote: voteBy(own) }) }),
    // A sync-info whose certificate claims four billion signatures.
    'huge count': () => ({ lane: 'timeouts', bytes: new ByteWriter(200).u8(4).raw(random.bytes(8 + 8 + 8 + 32 + 8 + 32 + 8).fill(0)).u32(0xffff_ffff).raw(random.bytes(64)).finish() }),
    empty: () => ({ bytes: new Uint8Array(0) }),
  }

  /** In a view that the receiver looks at, so that the signature is what fails. */
  const nearVote = (vote: Vote): Vote => {
    const votes = corpus.filter(({ lane }) => lane === 'votes').slice(-1)
    if (votes[0] === undefined) return vote
    const view = asView(Number(Buffer.from(votes[0].bytes).readBigUInt64BE(9)))
    const data = { ...vote.data, view, parentView: asView(Math.max(0, view - 2)) }
    return { ...vote, data, signature: self.sign(voteSignBytes(chainId, data)) }
  }

  const total = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0)
  const kindAt = (point: number): FrameKind => {
    let left = point
    for (const kind of FRAME_KINDS) {
      left -= WEIGHTS[kind]
      if (left < 0) return kind
    }
    return 'empty'
  }

  return {
    learn(lane, bytes) {
      // Small ones only: a million copies of a block would measure the memory bus.
      if (bytes.length > 4096) return
      if (corpus.length >= KEPT) corpus.shift()
      corpus.push({ lane, bytes: bytes.slice() })
    },
    get learned() {
      return corpus.length
    },
    next() {
      const kind = kindAt(random.below(total))
      const { lane = random.pick(LANES), bytes } = make[kind]()
      return { kind, lane, bytes }
    },
  }
}
