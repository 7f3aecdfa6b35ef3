/**
 * A server that speaks EventStoreDB's protocol, inside the test's process, made of the client's own generated stubs.
 * It is our reading of the protocol, not the real thing: the same suite runs against a real server where EVENTLOG_URL
 * is set.
 */
import { grpc, features, featuresService, streamsService } from './protocol.js'
import { appendHandler, batchAppendHandler, type DecideFate } from './append.js'
import { readHandler } from './read.js'
import { openEventStore, type EventStore } from './store.js'

export type TestServer = {
  readonly url: string
  readonly port: number
  readonly store: EventStore
  /** Called for each append with its stream: what becomes of it. */
  decideFate(decide: DecideFate): void
  /** Bytes of event data handed to readers so far. */
  sentBytes(): number
  /** Ends every connection at once. */
  stop(): void
}

export type TestServerOptions = {
  /** Where the events are kept; absent: in memory. */
  readonly file?: string
  /** 0 or absent: a free one. */
  readonly port?: number
  /** Whether it offers BatchAppend, as servers since 21.10 do. */
  readonly batchAppend?: boolean
}

export async function startTestServer({ file, port = 0, batchAppend = true }: TestServerOptions = {}): Promise<TestServer> {
  const store = openEventStore(file)
  let decide: DecideFate = () => 'answer'
  let sent = 0
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 })
  server.addService(streamsService.StreamsService, {
    append: appendHandler(store, (stream) => decide(stream)),
    batchAppend: batchAppendHandler(store, (stream) => decide(stream)),
    read: readHandler(store, (bytes) => { sent += bytes }),
  } as never)
  server.addService(featuresService.ServerFeaturesService, {
    getSupportedMethods: (_call: unknown, reply: (error: null, methods: InstanceType<typeof features.SupportedMethods>) => void) => reply(null, supportedMethods(batchAppend)),
  } as never)
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, taken) => (error === null ? resolve(taken) : reject(error)))
  })
  return {
    url: `kurrentdb://127.0.0.1:${bound}?tls=false`, port: bound, store,
    decideFate(next) { decide = next },
    sentBytes: () => sent,
    stop() {
      server.forceShutdown()
      store.close()
    },
  }
}

function supportedMethods(batchAppend: boolean): InstanceType<typeof features.SupportedMethods> {
  const methods = new features.SupportedMethods()
  methods.setEventStoreServerVersion('23.10.0')
  if (batchAppend) {
    const method = new features.SupportedMethod()
    method.setServiceName('event_store.client.streams.streams')
    method.setMethodName('batchappend')
    methods.addMethods(method)
  }
  return methods
}
