/** The writing half of the test server: Append, one call an append, and BatchAppend, one call for many. */
import { grpc, type Grpc, type streams } from './protocol.js'
import { appendResponse, batchResponse, nameOf, proposedOf } from './messages.js'
import type { EventStore, Expected, ProposedEvent, StoreResult } from './store.js'

type AppendReq = InstanceType<typeof streams.AppendReq>
type AppendResp = InstanceType<typeof streams.AppendResp>
type BatchReq = InstanceType<typeof streams.BatchAppendReq>
type BatchResp = InstanceType<typeof streams.BatchAppendResp>

/** What a test makes of an append: carried out and answered, carried out and lost, or lost. */
export type Fate = 'answer' | 'lose-answer' | 'lose'
export type DecideFate = (stream: string) => Fate

const LOST = { code: grpc.status.UNAVAILABLE, details: 'the test cut the connection' }

export function appendHandler(store: EventStore, decide: DecideFate): Grpc.handleClientStreamingCall<AppendReq, AppendResp> {
  return (call, reply) => {
    let options: ReturnType<AppendReq['getOptions']>
    const events: ProposedEvent[] = []
    call.on('data', (request: AppendReq) => {
      const proposed = request.getProposedMessage()
      if (proposed === undefined) options = request.getOptions()
      else events.push(proposedOf(proposed))
    })
    call.on('error', () => undefined)
    call.on('end', () => {
      if (options === undefined) return reply({ code: grpc.status.INVALID_ARGUMENT, details: 'no options' })
      const stream = nameOf(options.getStreamIdentifier())
      const expected: Expected = options.hasRevision() ? Number(options.getRevision()) : options.hasNoStream() ? 'none' : options.hasStreamExists() ? 'exists' : 'any'
      const result = carryOut(store, decide, stream, expected, events)
      if (result === undefined) reply(LOST)
      else reply(null, appendResponse(result, expected))
    })
  }
}

export function batchAppendHandler(store: EventStore, decide: DecideFate): Grpc.handleBidiStreamingCall<BatchReq, BatchResp> {
  return (call) => {
    const open = new Map<string, { readonly stream: string; readonly expected: Expected; readonly events: ProposedEvent[] }>()
    call.on('error', () => undefined)
    call.on('end', () => call.end())
    call.on('data', (request: BatchReq) => {
      const id = request.getCorrelationId()?.getString() ?? ''
      const options = request.getOptions()
      if (options !== undefined) {
        const expected: Expected = options.hasStreamPosition() ? Number(options.getStreamPosition())
          : options.hasNoStream() ? 'none' : options.hasStreamExists() ? 'exists' : 'any'
        open.set(id, { stream: nameOf(options.getStreamIdentifier()), expected, events: [] })
      }
      const append = open.get(id)
      if (append === undefined) return
      append.events.push(...request.getProposedMessagesList().map(proposedOf))
      if (!request.getIsFinal()) return
      open.delete(id)
      const result = carryOut(store, decide, append.stream, append.expected, append.events)
      if (result === undefined) call.emit('error', LOST)
      else call.write(batchResponse(result, append.expected, append.stream, request.getCorrelationId()))
    })
  }
}

function carryOut(store: EventStore, decide: DecideFate, stream: string, expected: Expected, events: readonly ProposedEvent[]): StoreResult | undefined {
  const fate = decide(stream)
  if (fate === 'lose') return undefined
  const result = store.append(stream, expected, events)
  return fate === 'answer' ? result : undefined
}
