/** Answers of the API that are not GraphQL results, and bodies of requests. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Refusal } from '../access/listening.js'

export const LONGEST_BODY_BYTES = 256 * 1024

export function send(response: ServerResponse, status: number, document: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const body = `${JSON.stringify(document)}\n`
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store', 'Content-Length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

/** GraphQL clients read errors, all others one sentence. */
export function sendRefusal(response: ServerResponse, { status, code, sentence, retryAfterSeconds }: Refusal): void {
  send(response, status, { error: sentence, errors: [{ message: sentence, extensions: { code } }] }, {
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
  })
}

/** Undefined where the body is too long. What is too much is read and forgotten, so that the caller gets the answer. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= LONGEST_BODY_BYTES) return void chunks.push(chunk)
      chunks = []
      resolve(undefined)
    })
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
    request.once('error', reject)
  })
}
