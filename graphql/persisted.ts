/**
 * Persisted operations: documents that are known by the SHA-256 of their text, from a manifest that whoever runs the API
 * writes. Callers send the hash alone; where only these are taken, nobody can ask anything that was not read before.
 * Nothing is registered by asking: a hash that is unknown stays unknown.
 */
import { createHash } from 'node:crypto'
import type { ParametersRead } from './http/parameters.js'

/** Hash (64 lowercase hex digits) -> text. */
export type Manifest = ReadonlyMap<string, string>

export type Persisted = { readonly manifest: Manifest; readonly only: boolean }

export type ManifestRead = { readonly ok: true; readonly manifest: Manifest } | { readonly ok: false; readonly field: string; readonly sentence: string }

export const hashOfDocument = (text: string): string => createHash('sha256').update(text).digest('hex')

/** @param value the parsed file: an object of hash -> document */
export function readManifest(value: unknown): ManifestRead {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { ok: false, field: 'file', sentence: 'must be an object of SHA-256 to document' }
  for (const [hash, text] of Object.entries(value)) {
    if (typeof text !== 'string') return { ok: false, field: hash, sentence: 'must be the text of a document' }
    if (hashOfDocument(text) !== hash) return { ok: false, field: hash, sentence: `is not the SHA-256 of its document, which is ${hashOfDocument(text)}` }
  }
  return { ok: true, manifest: new Map(Object.entries(value as Readonly<Record<string, string>>)) }
}

/** The parameters with the text that their hash stands for, or why they are refused. */
export function resolvePersisted(read: ParametersRead, { manifest, only }: Persisted): ParametersRead {
  if (!read.ok) return read
  const { query, extensions } = read.parameters
  const hash = (extensions['persistedQuery'] as { readonly sha256Hash?: unknown } | null | undefined)?.sha256Hash
  if (hash === undefined) {
    if (only && query !== undefined && !manifest.has(hashOfDocument(query))) return refuse('query', 'is none of the operations that this API takes; see its manifest', 'PERSISTED_QUERY_ONLY')
    return read
  }
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return refuse('extensions.persistedQuery.sha256Hash', 'must be 64 lowercase hex digits', 'BAD_REQUEST')
  if (query !== undefined && hashOfDocument(query) !== hash) return refuse('extensions.persistedQuery.sha256Hash', 'is not that of the query', 'BAD_REQUEST')
  const known = manifest.get(hash)
  if (known !== undefined) return { ok: true, parameters: { ...read.parameters, query: known } }
  if (query !== undefined && !only) return read
  return refuse('extensions.persistedQuery.sha256Hash', 'is none that this API knows; it learns none by being asked', 'PERSISTED_QUERY_NOT_FOUND')
}

const refuse = (field: string, sentence: string, code: string): ParametersRead => ({ ok: false, field, sentence, code })
