/**
 * The reading half of the test server: a stream or all events, either way, from any place, up to a count, links
 * followed or not, and subscriptions that go on with what is appended. It writes no faster than the reader takes.
 */
import { once } from 'node:events'
import { streams, type Grpc } from './protocol.js'
import { identifierOf, nameOf, readEventOf } from './messages.js'
import type { EventStore, StoredEvent } from './store.js'

type ReadReq = InstanceType<typeof streams.ReadReq>
type ReadResp = InstanceType<typeof streams.ReadResp>
type Options = NonNullable<ReturnType<ReadReq['getOptions']>>
type Call = Grpc.ServerWritableStream<ReadReq, ReadResp>

const BACKWARDS = 1
const LINK = '$>'

/** @param onSent told of each event handed to a reader, with its bytes */
export function readHandler(store: EventStore, onSent: (bytes: number) => void): Grpc.handleServerStreamingCall<ReadReq, ReadResp> {
  return (call) => {
    call.on('error', () => undefined)
    const options = call.request.getOptions() as Options
    const work = options.hasSubscription() ? subscribe(store, call, options, onSent) : readOnce(store, call, options, onSent)
    work.catch((error: unknown) => call.emit('error', error))
  }
}

async function readOnce(store: EventStore, call: Call, options: Options, onSent: (bytes: number) => void): Promise<void> {
  const source = sourceOf(store, options)
  if (source.events().length === 0 && source.name !== undefined) {
    const notFound = new streams.ReadResp.StreamNotFound()
    notFound.setStreamIdentifier(identifierOf(source.name))
    const response = new streams.ReadResp()
    response.setStreamNotFound(notFound)
    call.write(response)
    return void call.end()
  }
  const backwards = Number(options.getReadDirection()) === BACKWARDS
  const events = source.events()
  const end = events.length
  let next = backwards ? Math.min(source.start ?? end - 1, end - 1) : (source.start ?? 0)
  for (let left = Number(options.getCount()); left > 0 && next >= 0 && next < end; left--) {
    if (!await send(store, call, events[next] as StoredEvent, options, onSent)) return
    next += backwards ? -1 : 1
  }
  call.end()
}

async function subscribe(store: EventStore, call: Call, options: Options, onSent: (bytes: number) => void): Promise<void> {
  const source = sourceOf(store, options)
  const confirmation = new streams.ReadResp.SubscriptionConfirmation()
  confirmation.setSubscriptionId('subscription')
  const confirmed = new streams.ReadResp()
  confirmed.setConfirmation(confirmation)
  call.write(confirmed)
  // A subscription goes on after the place it is given, a read begins at it.
  let next = source.start === undefined ? 0 : source.start + 1
  let isCaughtUp = false
  while (!call.cancelled && !call.destroyed) {
    const event = source.events()[next]
    if (event !== undefined) {
      isCaughtUp = false
      if (!await send(store, call, event, options, onSent)) return
      next += 1
      continue
    }
    if (!isCaughtUp) {
      const response = new streams.ReadResp()
      response.setCaughtUp(new streams.ReadResp.CaughtUp())
      call.write(response)
      isCaughtUp = true
    }
    await new Promise<void>((resolve) => {
      const stop = store.onAppend(finish)
      function finish(): void {
        stop()
        call.off('cancelled', finish)
        call.off('close', finish)
        resolve()
      }
      call.once('cancelled', finish)
      call.once('close', finish)
    })
  }
}

type Source = { readonly name: string | undefined; readonly events: () => readonly StoredEvent[]; readonly start: number | undefined }

function sourceOf(store: EventStore, options: Options): Source {
  const stream = options.getStream()
  const isLive = options.hasSubscription()
  if (stream !== undefined) {
    const name = nameOf(stream.getStreamIdentifier())
    const events = (): readonly StoredEvent[] => store.stream(name)
    const end = events().length - 1
    return { name, events, start: stream.hasRevision() ? Number(stream.getRevision()) : stream.hasEnd() ? (isLive || Number(options.getReadDirection()) === BACKWARDS ? end : end + 1) : startOf(options) }
  }
  const all = options.getAll()
  const events = (): readonly StoredEvent[] => store.all()
  const position = all?.getPosition()
  return { name: undefined, events, start: position !== undefined ? Number(position.getCommitPosition()) : all?.hasEnd() === true ? events().length - 1 : startOf(options) }
}

/** Reading backwards from the start gives nothing. */
const startOf = (options: Options): number | undefined => (Number(options.getReadDirection()) === BACKWARDS ? -1 : undefined)

async function send(store: EventStore, call: Call, event: StoredEvent, options: Options, onSent: (bytes: number) => void): Promise<boolean> {
  const isLink = options.getResolveLinks() && event.metadata.get('type') === LINK
  const response = isLink ? readEventOf(targetOf(store, event), event) : readEventOf(event, undefined)
  onSent(event.data.length)
  if (call.cancelled || call.destroyed) return false
  if (call.write(response)) return true
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  call.once('cancelled', leave)
  call.once('close', leave)
  await once(call, 'drain', { signal: gone.signal }).catch(() => undefined)
  call.off('cancelled', leave)
  call.off('close', leave)
  return !gone.signal.aborted
}

function targetOf(store: EventStore, link: StoredEvent): StoredEvent | undefined {
  const [revision, ...stream] = Buffer.from(link.data).toString('utf8').split('@')
  return store.stream(stream.join('@'))[Number(revision)]
}

