/**
 * The transparency log over HTTP, read-only and for everyone: /audit/checkpoint, /audit/keys.json and tiles. Only a path
 * that names one of these is looked for on disk.
 * https://c2sp.org/tlog-tiles#apis
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { CHECKPOINT_FILE, COSE_FILE, KEYS_FILE, openTileFiles } from '../audit/tiles/tile-files.js'
import { parseTilePath } from '../audit/tiles/tile-path.js'

export type AuditFiles = {
  /** False where the request is for something else. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>
}

const PREFIX = '/audit/'
const IMMUTABLE = 'public, max-age=31536000, immutable'
/** Newer ones come every few seconds. */
const FRESH = 'no-cache'

type Kind = { readonly type: string; readonly caching: string; readonly isCompressed: boolean }

function kindOf(path: string): Kind | undefined {
  if (path === CHECKPOINT_FILE) return { type: 'text/plain; charset=utf-8', caching: FRESH, isCompressed: false }
  if (path === KEYS_FILE) return { type: 'application/json; charset=utf-8', caching: FRESH, isCompressed: false }
  if (path === COSE_FILE) return { type: 'application/octet-stream', caching: FRESH, isCompressed: false }
  const tile = parseTilePath(path)
  // A partial tile is as immutable as a full one; it may be gone once the full one is there.
  return tile === undefined ? undefined : { type: 'application/octet-stream', caching: IMMUTABLE, isCompressed: tile.kind === 'entries' }
}

const compress = promisify(gzip)

/** @param folder undefined where there is no transparency log to serve */
export function createAuditFiles(folder: string | undefined): AuditFiles {
  const files = folder === undefined ? undefined : openTileFiles(folder)
  return {
    async answer(request, response) {
      const path = (request.url ?? '').split('?', 1)[0] as string
      if (files === undefined || !path.startsWith(PREFIX)) return false
      // Whoever checks the log may do it from a page of their own.
      const headers = { 'Access-Control-Allow-Origin': '*' }
      const refuse = (status: number, sentence: string): true => {
        response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }).end(`${sentence}\n`)
        return true
      }
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'only GET is known here')
      const name = path.slice(PREFIX.length)
      const kind = kindOf(name)
      if (kind === undefined) return refuse(404, 'this is no path of a log; see https://c2sp.org/tlog-tiles')
      const bytes = await files.read(name)
      if (bytes === undefined) return refuse(404, 'there is no such file yet')
      const isGzip = kind.isCompressed && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
      const body = isGzip ? await compress(bytes) : bytes
      response.writeHead(200, {
        ...headers, 'Content-Type': kind.type, 'Cache-Control': kind.caching, 'Content-Length': body.length,
        ...(kind.isCompressed ? { Vary: 'Accept-Encoding' } : {}), ...(isGzip ? { 'Content-Encoding': 'gzip' } : {}),
      })
      response.end(request.method === 'HEAD' ? undefined : body)
      return true
    },
  }
}
