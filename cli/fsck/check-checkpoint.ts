/** Is the published checkpoint what a recorder and a quorum of validators signed, and nothing besides? */
import { parseAuditKeys, trustAuditKeys } from '../../audit/notes/audit-keys.js'
import { AuditFormatError } from '../../audit/errors.js'
import { formatNote, parseNote } from '../../audit/notes/note.js'
import { openCheckpoint, type SignedCheckpoint } from '../../audit/notes/open-checkpoint.js'
import type { Genesis } from '../../domain/genesis.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { readerOf } from '../audit/tree-proof.js'
import { differ, sameBytes } from './difference.js'

/** Undefined where nothing was published yet. Throws FoundDifference. */
export async function checkCheckpoint(folder: string, genesis: Genesis): Promise<SignedCheckpoint | undefined> {
  const read = readerOf(folder)
  const [note, keysFile] = [await read('checkpoint'), await read('keys.json')]
  if (note === undefined) return undefined
  if (keysFile === undefined) return differ('audit/keys.json', 'the keys that signed audit/checkpoint', 'no such file')
  const verify = createVerifier()
  const trust = refuseAs('audit/keys.json', 'keys bound by members of the genesis', () => trustAuditKeys(parseAuditKeys(JSON.parse(Buffer.from(keysFile).toString('utf8'))), genesis, verify))
  const checkpoint = refuseAs('audit/checkpoint', 'a note signed by the log and a quorum of validators', () => openCheckpoint(note, trust))
  const { text, signatures } = parseNote(note)
  // A line of a key that nobody knows is passed over by readers; the recorder writes none.
  if (signatures.length !== 1 + checkpoint.cosigners.length) differ('audit/checkpoint', `${1 + checkpoint.cosigners.length} signatures by keys of audit/keys.json`, `${signatures.length} lines of signatures`)
  sameBytes('audit/checkpoint', formatNote(text, signatures), note)
  return checkpoint
}

function refuseAs<T>(where: string, expected: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof AuditFormatError || error instanceof SyntaxError) return differ(where, expected, error.message)
    throw error
  }
}
