/**
 * Server-sent events to one caller. Nothing is gathered for a caller that reads slowly: the next event is made when the
 * one before has left, and one that does not leave in time ends the stream with a sentence that says how to go on.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

export type EventStream = {
  /** False where the caller is gone or was given up. */
  send(frame: string): Promise<boolean>
  end(): void
}

export type StreamLimits = {
  /** How long a caller may leave what was sent unread. */
  readonly patienceMs: number
  readonly pingEveryMs: number
}

export const STREAM_LIMITS: StreamLimits = { patienceMs: 30_000, pingEveryMs: 12_000 }

/** Time for a caller that was given up to read why. */
const LAST_WORDS_MS = 5000

/** @param isWelcome asked again and again while the stream is open */
export function openEventStream(response: ServerResponse, { patienceMs, pingEveryMs }: StreamLimits, isWelcome: () => boolean, abort: AbortController): EventStream {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
  response.flushHeaders()
  const gone = (): void => abort.abort()
  response.once('close', gone)
  const finish = (lastWords = ''): void => {
    clearInterval(ping)
    abort.abort()
    if (response.writableEnded) return
    response.end(lastWords)
    setTimeout(() => response.destroy(), LAST_WORDS_MS).unref()
  }
  // Proxies end what is silent, and a key may be revoked meanwhile.
  const ping = setInterval(() => {
    if (!isWelcome()) finish(errorFrame('UNAUTHENTICATED', 'the key of this subscription is no longer good'))
    else if (!response.writableNeedDrain) response.write(':\n\n')
  }, pingEveryMs)
  response.once('close', () => clearInterval(ping))
  return {
    async send(frame) {
      if (abort.signal.aborted) return false
      if (response.write(frame)) return true
      const late = AbortSignal.timeout(patienceMs)
      try {
        await once(response, 'drain', { signal: AbortSignal.any([late, abort.signal]) })
        return true
      } catch {
        if (late.aborted) finish(errorFrame('SLOW_READER', `nothing was read for ${patienceMs} ms; subscribe again from the last event's id, nothing is lost`))
        return false
      }
    },
    end: () => finish('event: complete\ndata:\n\n'),
  }
}

/** An id alone is no event, but a reader that comes back names it. */
export const idFrame = (position: number): string => `id: ${position}\n\n`

export const nextFrame = (result: unknown, position?: number): string => `${position === undefined ? '' : `id: ${position}\n`}event: next\ndata: ${JSON.stringify(result)}\n\n`

const errorFrame = (code: string, message: string): string => nextFrame({ errors: [{ message, extensions: { code } }] })
