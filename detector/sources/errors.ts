/** Why a source could not be opened or read: one class, one code a cause, one sentence that says what to do. */

export type SourceErrorCode =
  | 'UNREADABLE_FILE'
  | 'EMPTY_FILE'
  | 'COMPRESSED_FILE'
  | 'UNKNOWN_FORMAT'
  | 'UNSUPPORTED_LINK_TYPE'
  | 'CORRUPT_HEADER'
  | 'MISSING_COLUMNS'
  | 'MISSING_TABLE'
  | 'WRONG_TYPE'
  | 'NO_KEY'
  | 'NO_RIGHTS'
  | 'NO_ACCESS'
  | 'SERVER_AWAY'
  | 'BAD_ADDRESS'
  | 'CANNOT_LISTEN'
  | 'QUERY_FAILED'
  | 'POSITION_DAMAGED'
  | 'POSITION_OF_ANOTHER'
  | 'POSITION_IN_USE'

export class SourceError extends Error {
  constructor(readonly code: SourceErrorCode, readonly path: string, sentence: string, options?: ErrorOptions) {
    super(`${path}: ${sentence}`, options)
    this.name = 'SourceError'
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the file does not exist; check the path',
  EACCES: 'the file may not be read; check its permissions',
  EISDIR: 'this is a folder; name the capture or flow files in it',
}

/** Turns what the file system threw into a SourceError. */
export function unreadable(path: string, cause: unknown): SourceError {
  if (cause instanceof SourceError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
  return new SourceError('UNREADABLE_FILE', path, REASONS[code] ?? `the file cannot be read (${code}); check the disk`, { cause })
}
