/** The file: canonical JSON and one line break, the members that docs/proof-bundle.md names, nothing else. */
import { bytesOfBase64, bytesOfHex } from './bytes.js'
import { parseCanonical } from './canonical.js'
import { MAX_SIGNERS, type KeyBinding } from './checkpoint.js'
import { demand, type Part } from './fault.js'
import { listIn, membersOf, textIn, textsIn, wholeIn } from './shape.js'

export const FORMAT = 'cybermesh/proof-bundle/v1'

export type Bundle = {
  readonly chainId: string
  readonly anomaly: { readonly id: string; readonly message: Uint8Array }
  readonly transaction: { readonly index: number; readonly path: readonly Uint8Array[] }
  readonly block: { readonly header: Uint8Array; readonly receipts: Uint8Array }
  readonly commit: { readonly certificate: Uint8Array; readonly headers: readonly Uint8Array[] }
  readonly logEntry: Uint8Array
  readonly audit: { readonly path: readonly Uint8Array[]; readonly checkpoint: string; readonly keys: readonly KeyBinding[] }
}

/** A message has at most 1 MB, and base64 makes a third more of it. */
export const MAX_BUNDLE_BYTES = 4 * 1024 * 1024
/** Levels of a tree of 2^64 entries: no path is longer, whatever a file says. */
const MAX_PATH = 64
/** Blocks between one and the certificate that commits it: as many as views in a row that brought no commit. */
const MAX_HEADERS = 10_000

const PARTS: readonly Part[] = [
  'format', 'chainId', 'epochs', 'anomaly', 'transaction', 'block.header', 'block.receipts', 'commit.certificate', 'commit.headers', 'logEntry', 'audit.path', 'audit.checkpoint', 'audit.keys',
]
const TOP = ['anomaly', 'audit', 'block', 'chainId', 'commit', 'epochs', 'format', 'logEntry', 'transaction']

/** The part that a place in the file belongs to. */
function partAt(keys: readonly string[]): Part {
  return PARTS.find((part) => part === keys.slice(0, 2).join('.') || part === keys[0]) ?? 'file'
}

export function readBundle(file: Uint8Array): Bundle {
  demand(file.length <= MAX_BUNDLE_BYTES, 'file', `${file.length} bytes, at most ${MAX_BUNDLE_BYTES} are read`)
  // Lenient here: the parser refuses what this replaces, and knows where it is.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(file)
  demand(text.endsWith('\n'), 'file', 'it does not end with a line break; it was cut off or changed')
  const top = membersOf(parseCanonical(text.slice(0, -1), partAt), TOP, 'file', 'the file')
  demand(top['format'] === FORMAT, 'format', `this verifier reads ${FORMAT}`)
  demand(listIn(top, 'epochs', 0, 'epochs').length === 0, 'epochs', 'the validators of genesis are the only ones there are')
  const anomaly = membersOf(top['anomaly'], ['id', 'message'], 'anomaly', 'anomaly')
  const transaction = membersOf(top['transaction'], ['index', 'path'], 'transaction', 'transaction')
  const block = membersOf(top['block'], ['header', 'receipts'], 'file', 'block')
  const commit = membersOf(top['commit'], ['certificate', 'headers'], 'file', 'commit')
  const audit = membersOf(top['audit'], ['checkpoint', 'keys', 'path'], 'file', 'audit')
  const hashes = (texts: readonly string[], part: Part): readonly Uint8Array[] => texts.map((hash) => bytesOfHex(hash, 32, part, 'a hash of the path'))
  const binary = (value: string, part: Part, what: string): Uint8Array => bytesOfBase64(value, part, what)
  return {
    chainId: textIn(top, 'chainId', 'chainId'),
    anomaly: { id: textIn(anomaly, 'id', 'anomaly'), message: binary(textIn(anomaly, 'message', 'anomaly'), 'anomaly', 'message') },
    transaction: { index: wholeIn(transaction, 'index', 'transaction'), path: hashes(textsIn(transaction, 'path', MAX_PATH, 'transaction'), 'transaction') },
    block: {
      header: binary(textIn(block, 'header', 'block.header'), 'block.header', 'header'),
      receipts: binary(textIn(block, 'receipts', 'block.receipts'), 'block.receipts', 'receipts'),
    },
    commit: {
      certificate: binary(textIn(commit, 'certificate', 'commit.certificate'), 'commit.certificate', 'certificate'),
      headers: textsIn(commit, 'headers', MAX_HEADERS, 'commit.headers').map((header) => binary(header, 'commit.headers', 'a header')),
    },
    logEntry: binary(textIn(top, 'logEntry', 'logEntry'), 'logEntry', 'logEntry'),
    audit: {
      path: hashes(textsIn(audit, 'path', MAX_PATH, 'audit.path'), 'audit.path'),
      checkpoint: textIn(audit, 'checkpoint', 'audit.checkpoint'),
      keys: listIn(audit, 'keys', MAX_SIGNERS, 'audit.keys').map(readBinding),
    },
  }
}

function readBinding(value: Parameters<typeof membersOf>[0]): KeyBinding {
  const part = 'audit.keys'
  const members = membersOf(value, ['identity', 'publicKey', 'role', 'signature'], part, 'a key')
  const hex = (name: string, length: number): Uint8Array => bytesOfHex(textIn(members, name, part), length, part, name)
  return { role: textIn(members, 'role', part), identity: textIn(members, 'identity', part), publicKey: hex('publicKey', 32), signature: hex('signature', 64) }
}
