/** One HTTP request to a machine that may be slow, gone or hostile: bounded in time and size, and led nowhere else. */
export type Answer = { readonly status: number; readonly type: string; readonly body: Uint8Array }

export type FetchOptions = { readonly method?: 'GET' | 'POST'; readonly body?: Uint8Array; readonly withinMs: number; readonly mostBytes: number; readonly signal?: AbortSignal }

/** Throws Error with a sentence for whoever reads a status. */
export async function fetchBounded(url: string, { method = 'GET', body, withinMs, mostBytes, signal }: FetchOptions): Promise<Answer> {
  const late = AbortSignal.timeout(withinMs)
  try {
    const response = await fetch(url, { method, redirect: 'error', signal: signal === undefined ? late : AbortSignal.any([late, signal]), ...(body === undefined ? {} : { body: new Uint8Array(body) }) })
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: await readBody(response, mostBytes) }
  } catch (error) {
    if (late.aborted) throw new Error(`${url} did not answer within ${withinMs} ms`, { cause: error })
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : error instanceof Error ? error.message : String(error)
    throw new Error(`${url} cannot be asked: ${cause}`, { cause: error })
  }
}

async function readBody(response: Response, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > mostBytes) throw new Error(`the answer has more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
