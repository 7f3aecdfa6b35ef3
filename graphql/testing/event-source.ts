/** A subscriber as a browser is one: reads server-sent events, and takes what arrived whole before it was cut off. */
import { request, type IncomingMessage } from 'node:http'

export type ReceivedEvent = { readonly id: string | undefined; readonly event: string | undefined; readonly data: string }

export type Source = {
  readonly status: number
  /** Events in order; ends when the server ends the stream or `cut` was called. */
  readonly events: AsyncGenerator<ReceivedEvent>
  /** The id to resume from. */
  lastEventId(): string | undefined
  /** Ends the connection in the middle of whatever is on its way. */
  cut(): void
  readonly response: IncomingMessage
}

export function openSource(url: string, query: string, { variables = {}, lastEventId, headers = {} }: { variables?: Record<string, unknown>; lastEventId?: string | undefined; headers?: Record<string, string> } = {}): Promise<Source> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/graphql`, {
      method: 'POST', agent: false,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }), ...headers },
    }, (response) => {
      let last = lastEventId
      const frames = async function* (): AsyncGenerator<ReceivedEvent> {
        let text = ''
        response.setEncoding('utf8')
        try {
          for await (const chunk of response) {
            text += chunk as string
            for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
              const fields = new Map(text.slice(0, end).split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]))
              text = text.slice(end + 2)
              last = fields.get('id') ?? last
              const data = fields.get('data')
              if (data !== undefined) yield { id: fields.get('id'), event: fields.get('event'), data }
            }
          }
        } catch {
          // Cut off.
        }
      }
      resolve({ status: response.statusCode ?? 0, events: frames(), lastEventId: () => last, cut: () => response.destroy(), response })
    })
    asked.once('error', reject)
    asked.end(JSON.stringify({ query, variables }))
  })
}
