/** What a validator cosigned last, asked of its operations server. https://c2sp.org/tlog-witness#monitoring-api */
import { bytesToHex } from '../../domain/bytes.js'
import { sha256OfText } from '../../domain/hash.js'
import { fetchBounded } from '../fetch-bounded.js'
import { LARGEST_NOTE_BYTES } from '../notes/note.js'
import { witnessedPath } from '../witness/messages.js'

const WITHIN_MS = 3000

/** @returns the signed note as it came, undefined where it cosigned none. Throws Error with a sentence where it cannot be asked. */
export async function askWitness(url: string, origin: string): Promise<Uint8Array | undefined> {
  const address = `${url.replace(/\/+$/, '')}${witnessedPath(bytesToHex(sha256OfText(origin)))}`
  const { status, body } = await fetchBounded(address, { withinMs: WITHIN_MS, mostBytes: LARGEST_NOTE_BYTES })
  if (status === 404) return undefined
  if (status !== 200) throw new Error(`${address} answers ${status}`)
  return body
}
