/** Verifies a bundle once for each other value of each of its bytes, and says which were accepted or refused without naming the part. */
import { createRemembering } from './remembered.js'
import { partsByByte } from './parts-by-byte.js'
import { verifyBundle } from '../index.js'

export type Task = {
  readonly file: Uint8Array
  readonly genesis: Uint8Array
  /** This process takes each byte whose place leaves `share` when divided by `of`. */
  readonly share: number
  readonly of: number
  /** Each how manieth substitution is tried. */
  readonly every: number
}

export type Outcome = {
  readonly tried: number
  /** Which part the refusal names -> how often. */
  readonly refused: Readonly<Record<string, number>>
  /** Substitutions that the verifier took for a bundle. */
  readonly accepted: readonly string[]
  /** Refused, and the sentence does not name the part that the byte belongs to; the first few. */
  readonly unnamed: readonly string[]
}

/** Other values that a byte can have. */
export const VALUES = 255
const MOST_TOLD = 20

/** @param onProgress is told how many were tried since it was told last */
export function trySubstitutions({ file, genesis, share, of, every }: Task, onProgress: (tried: number) => void): Outcome {
  const owners = partsByByte(file)
  // All but one of a file's signatures are those of the good one: each is verified once, by the verifier's own Ed25519.
  const primitives = createRemembering()
  if (!verifyBundle(file, genesis, primitives).ok) throw new Error('the file as it is does not verify; every refusal would be of that')
  const refused: Record<string, number> = {}
  const accepted: string[] = []
  const unnamed: string[] = []
  let tried = 0
  let told = 0
  for (let byte = share; byte < file.length; byte += of) {
    const changed = Uint8Array.from(file)
    for (let other = 1; other <= VALUES; other++) {
      if ((byte * VALUES + other) % every !== 0) continue
      changed[byte] = ((file[byte] as number) + other) & 0xff
      const verification = verifyBundle(changed, genesis, primitives)
      tried += 1
      if (verification.ok) {
        accepted.push(`byte ${byte}: ${file[byte]} -> ${changed[byte]}`)
        continue
      }
      const { part, sentence } = verification
      refused[part] = (refused[part] ?? 0) + 1
      const owner = owners[byte] as string
      if (owner !== 'file' && !sentence.includes(owner) && unnamed.length < MOST_TOLD) unnamed.push(`byte ${byte} of ${owner}: ${file[byte]} -> ${changed[byte]}: ${sentence}`)
    }
    if (tried - told >= 1000) {
      onProgress(tried - told)
      told = tried
    }
  }
  onProgress(tried - told)
  return { tried, refused, accepted, unnamed }
}
