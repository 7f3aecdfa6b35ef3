/** From the files that the recorder publishes: that an entry of the log is in the tree of the newest checkpoint. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAuditKeys, trustAuditKeys } from '../../audit/notes/audit-keys.js'
import { AuditFormatError } from '../../audit/errors.js'
import { proveInclusion } from '../../audit/tree/inclusion.js'
import { formatNote, parseNote, type NoteSignature } from '../../audit/notes/note.js'
import { openCheckpoint, type SignedCheckpoint } from '../../audit/notes/open-checkpoint.js'
import type { TreeProof } from '../../audit/proof/bundle.js'
import { subtreesFromTiles, type ReadTileFile } from '../../audit/tiles/read-tiles.js'
import type { Genesis } from '../../domain/genesis.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'

export type TreeProofRead =
  | { readonly kind: 'found'; readonly proof: TreeProof; readonly checkpoint: SignedCheckpoint }
  /** The tree of the newest checkpoint ends before the entry; 0 where none was published. */
  | { readonly kind: 'not-covered'; readonly size: number }

/** Throws AuditFormatError where a file is damaged or signed by others than those of genesis. */
export async function readTreeProof(folder: string, position: number, genesis: Genesis): Promise<TreeProofRead> {
  const read = readerOf(folder)
  const note = await read('checkpoint')
  const keysFile = await read('keys.json')
  if (note === undefined || keysFile === undefined) return { kind: 'not-covered', size: 0 }
  const keys = parseAuditKeys(jsonOf(keysFile))
  const trust = trustAuditKeys(keys, genesis, createVerifier())
  const checkpoint = openCheckpoint(note, trust)
  const { size } = checkpoint
  if (BigInt(position) >= size) return { kind: 'not-covered', size: Number(size) }
  const path = await proveInclusion(BigInt(position), size, subtreesFromTiles(size, read))

  // The log's line and one of each validator, and of nobody else: the bundle has a key for every line.
  const { text, signatures } = parseNote(note)
  const isOf = ({ name, keyId }: { readonly name: string; readonly keyId: string }) => (line: NoteSignature): boolean => line.name === name && line.keyId === keyId
  const signers = [{ verifier: trust.log, binding: keys.log }, ...trust.witnesses.map(({ verifier }, i) => ({ verifier, binding: keys.witnesses[i] as typeof keys.log }))]
  const signed = signers.flatMap(({ verifier, binding }) => {
    const line = signatures.find(isOf(verifier))
    return line === undefined ? [] : [{ line, binding }]
  })
  return {
    kind: 'found', checkpoint,
    proof: { path, checkpoint: Buffer.from(formatNote(text, signed.map(({ line }) => line))).toString('utf8'), keys: signed.map(({ binding }) => binding) },
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw new AuditFormatError('keys.json', 'is not JSON; the recorder writes it anew when it starts')
  }
}

/** Files below the folder; undefined for one that is not there. */
export function readerOf(folder: string): ReadTileFile {
  return async (path) => {
    try {
      return new Uint8Array(await readFile(join(folder, path)))
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
      throw error
    }
  }
}
