/** proofs.jsonl: for every row where its publication stands in the audit tree, and the hashes that lead to the root. */
import { proveInclusion } from '../../audit/tree/inclusion.js'
import { bytesToHex } from '../../domain/bytes.js'
import { canonicalJson } from '../../domain/canonical-json.js'
import type { LeafLevels } from './leaf-levels.js'
import type { DatasetRow } from './row.js'
import { createTextFile, type FileFacts } from './text-file.js'

export type ProofsFile = { write(row: Pick<DatasetRow, 'anomalyId' | 'position'>): Promise<void>; close(): FileFacts & { readonly rows: number } }

/** @param leaves of the whole tree that the manifest names */
export function createProofsFile(path: string, leaves: LeafLevels): ProofsFile {
  const file = createTextFile(path)
  let rows = 0
  return {
    async write({ anomalyId, position }) {
      const [leaf] = await leaves.read([{ level: 0, index: BigInt(position) }])
      const proof = await proveInclusion(BigInt(position), BigInt(leaves.size()), leaves.read)
      file.append(`${canonicalJson({ anomaly_id: anomalyId, index: position, leaf: bytesToHex(leaf as Uint8Array), path: proof.map(bytesToHex) })}\n`)
      rows += 1
    },
    close: () => ({ ...file.close(), rows }),
  }
}
