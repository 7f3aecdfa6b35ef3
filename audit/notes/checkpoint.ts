/**
 * The text of a checkpoint: whose tree, how many leaves, which root.
 * https://c2sp.org/tlog-checkpoint#note-text
 */
import { decodeBase64, encodeBase64 } from './base64.js'
import { AuditFormatError } from '../errors.js'
import { LARGEST_SIZE } from '../tree/subtrees.js'

export type Checkpoint = {
  /** Name of the log. */
  readonly origin: string
  readonly size: bigint
  /** 32 bytes. */
  readonly root: Uint8Array
  /** Lines of others' logs; ours have none. */
  readonly extensions: readonly string[]
}

export const originOf = (chainId: string): string => `cybermesh/${chainId}`

export const formatCheckpoint = ({ origin, size, root, extensions = [] }: Omit<Checkpoint, 'extensions'> & { readonly extensions?: readonly string[] }): string =>
  `${[origin, String(size), encodeBase64(root), ...extensions].join('\n')}\n`

const DECIMAL = /^(0|[1-9][0-9]{0,18})$/

/** A tree size as one writes it, or undefined. */
export function parseSize(text: string): bigint | undefined {
  if (!DECIMAL.test(text)) return undefined
  const size = BigInt(text)
  return size <= LARGEST_SIZE ? size : undefined
}

/** Throws AuditFormatError naming the line. */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw new AuditFormatError('checkpoint', 'must end with a newline')
  const [origin = '', sizeText = '', rootText = '', ...extensions] = text.slice(0, -1).split('\n')
  if (origin === '') throw new AuditFormatError('checkpoint.origin', 'is empty')
  const size = parseSize(sizeText)
  if (size === undefined) throw new AuditFormatError('checkpoint.size', 'must be a decimal number below 2^63 without leading zeros')
  const root = decodeBase64(rootText)
  if (root?.length !== 32) throw new AuditFormatError('checkpoint.root', 'must be base64 of 32 bytes')
  if (extensions.includes('')) throw new AuditFormatError('checkpoint.extensions', 'has an empty line')
  return { origin, size, root, extensions }
}
