/** Why a bundle is refused: the part of the file that is wrong, and a sentence that begins with its name. */

/** Parts of a bundle, as they are written in the file; `file` is the file as a whole, `genesis` the other file. */
export type Part =
  | 'file' | 'genesis' | 'format' | 'chainId' | 'epochs' | 'anomaly' | 'transaction' | 'block.header' | 'block.receipts'
  | 'commit.certificate' | 'commit.headers' | 'logEntry' | 'audit.path' | 'audit.checkpoint' | 'audit.keys'

/** Thrown inside this folder and turned into a result at its door. */
export class VerifyFault extends Error {
  constructor(readonly part: Part, reason: string) {
    super(`${part}: ${reason}`)
    this.name = 'VerifyFault'
  }
}

export function refuse(part: Part, reason: string): never {
  throw new VerifyFault(part, reason)
}

/** Throws unless the condition holds. */
export function demand(condition: boolean, part: Part, reason: string): asserts condition {
  if (!condition) refuse(part, reason)
}
