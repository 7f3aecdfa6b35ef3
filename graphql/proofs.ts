/**
 * Proofs from the published audit tree that an event of the log is in it: what a stranger needs besides genesis to check
 * it offline. Each is verified here before it is shown, so a damaged tile gives an error and never a wrong proof. Who
 * signed the checkpoint is for the stranger to check: its note is given as it was published.
 */
import { bytesToHex } from '../domain/bytes.js'
import { parseCheckpoint } from '../audit/notes/checkpoint.js'
import { proveInclusion, verifyInclusion } from '../audit/tree/inclusion.js'
import { parseNote } from '../audit/notes/note.js'
import { readBundle, subtreesFromTiles } from '../audit/tiles/read-tiles.js'
import { CHECKPOINT_FILE, openTileFiles, type TileFiles } from '../audit/tiles/tile-files.js'
import { TILE_WIDTH, tileWidth } from '../audit/tiles/tile-path.js'
import { leafHash } from '../domain/merkle.js'

export type AuditProof = {
  /** Of the leaf, which is the event's position in the log. */
  readonly index: number
  readonly size: number
  /** Canonical JSON. */
  readonly entry: string
  readonly leafHash: string
  readonly path: readonly string[]
  readonly root: string
  /** The signed note. */
  readonly checkpoint: string
}

/** Positions in the log -> proofs; those that the newest checkpoint does not cover yet are absent. All by one checkpoint. */
export async function proveEvents(folder: string | undefined, positions: readonly number[]): Promise<Map<number, AuditProof>> {
  const files = folder === undefined ? undefined : openTileFiles(folder)
  const note = await files?.read(CHECKPOINT_FILE)
  if (files === undefined || note === undefined) return new Map()
  const { size, root } = parseCheckpoint(parseNote(note).text)
  const covered = [...new Set(positions)].filter((position) => BigInt(position) < size)
  const checkpoint = Buffer.from(note).toString('utf8')
  const proofs = await Promise.all(covered.map(async (index): Promise<[number, AuditProof]> => {
    const [entry, proof] = await Promise.all([readEntry(files, index, size), proveInclusion(BigInt(index), size, subtreesFromTiles(size, files.read))])
    const leaf = leafHash(entry)
    if (!verifyInclusion({ leaf, index: BigInt(index), size, root, proof }).ok) throw new Error(`the tiles of the audit tree do not lead from event ${index} to the root of its checkpoint`)
    return [index, {
      index, size: Number(size), entry: Buffer.from(entry).toString('utf8'), leafHash: bytesToHex(leaf), path: proof.map(bytesToHex), root: bytesToHex(root), checkpoint,
    }]
  }))
  return new Map(proofs)
}

async function readEntry(files: TileFiles, position: number, size: bigint): Promise<Uint8Array> {
  const index = BigInt(Math.floor(position / TILE_WIDTH))
  const entries = await readBundle({ kind: 'entries', index, width: tileWidth(0, index, size) }, files.read)
  const entry = entries[position % TILE_WIDTH]
  if (entry === undefined) throw new Error(`the bundle of event ${position} ends before it`)
  return entry
}

