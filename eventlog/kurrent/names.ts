/**
 * Where the log lies on the server. All events are in one stream, in log order, so their revisions are our positions
 * and one append of one stream is atomic on every server. Each of our streams is a stream of links into it, which the
 * server follows for any reader that asks for resolved links.
 */
import { ABOUT_STREAM, ORDER_STREAM } from '../check-append.js'

export type Names = {
  /** All events, in order; never truncated. */
  readonly order: string
  /** What log this is. */
  readonly about: string
  /** Where the links of one of our streams are. */
  readonly linksOf: (stream: string) => string
}

/** @param namespace put before every name, so that several logs share a server; absent: the plain names */
export function namesIn(namespace: string | undefined): Names {
  const prefix = namespace === undefined ? '' : `${namespace}.`
  return { order: `${prefix}${ORDER_STREAM}`, about: `${prefix}${ABOUT_STREAM}`, linksOf: (stream) => `${prefix}${stream}` }
}
