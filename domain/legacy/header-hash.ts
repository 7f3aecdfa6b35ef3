/** The original's block hash. Its state root is a hint of the state before the block; it binds no transaction bytes. */
import { ByteWriter } from '../bytes.js'
import { sha256Hex, tagBytes } from '../hash.js'

export type LegacyHeader = {
  readonly height: number
  /** 64 hex digits, as the other hashes here. */
  readonly parentHash: string
  readonly txRoot: string
  readonly stateRootHint: string
  /** SHA-256 of the proposer's public key. */
  readonly proposer: string
  readonly timestampSeconds: number
}

export function legacyHeaderHash(header: LegacyHeader): string {
  return sha256Hex(new ByteWriter().raw(tagBytes('BLOCK_HEADER_V1')).u64(header.height).hash(header.parentHash).hash(header.txRoot)
    .hash(header.stateRootHint).hash(header.proposer).u64(header.timestampSeconds).finish())
}
