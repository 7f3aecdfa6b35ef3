/** A checkpoint as commands show it. */
import type { SignedCheckpoint } from '../../audit/notes/open-checkpoint.js'
import { bytesToHex } from '../../domain/bytes.js'

export type CheckpointLine = {
  readonly origin: string
  readonly size: string
  readonly root: string
  readonly cosigners: readonly { readonly validator: string; readonly at: string }[]
}

export const lineOfCheckpoint = ({ origin, size, root, cosigners }: SignedCheckpoint): CheckpointLine => ({
  origin, size: String(size), root: bytesToHex(root), cosigners: cosigners.map(({ validator, at }) => ({ validator, at: timeOf(at) })),
})

/** A witness may write any time; what no calendar has is shown as seconds. */
function timeOf(seconds: bigint): string {
  const time = new Date(Number(seconds) * 1000)
  return Number.isNaN(time.getTime()) ? `${seconds} s` : time.toISOString()
}

export const renderCheckpoint = ({ origin, size, root, cosigners }: CheckpointLine): string =>
  [`${origin}`, `${size} entries, root ${root}`, ...cosigners.map(({ validator, at }) => `  cosigned by ${validator} at ${at}`)].join('\n')
