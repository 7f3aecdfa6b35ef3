/** Between the test server's events and the protocol's messages. */
import type { Expected, ProposedEvent, StoredEvent, StoreResult } from './store.js'
import { anyPb, emptyPb, shared, status, streams } from './protocol.js'

type Identifier = InstanceType<typeof shared.StreamIdentifier>
type Uuid = InstanceType<typeof shared.UUID>
type Proposed = {
  getId(): Uuid | undefined
  getMetadataMap(): { forEach(each: (value: string, key: string) => void): void }
  getCustomMetadata_asU8(): Uint8Array
  getData_asU8(): Uint8Array
}

export const nameOf = (identifier: Identifier | undefined): string => Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')

export function identifierOf(name: string): Identifier {
  const identifier = new shared.StreamIdentifier()
  identifier.setStreamName(Uint8Array.from(Buffer.from(name, 'utf8')))
  return identifier
}

export function proposedOf(message: Proposed): ProposedEvent {
  const metadata = new Map<string, string>()
  message.getMetadataMap().forEach((value, key) => metadata.set(key, value))
  return { id: uuidText(message.getId()), metadata, custom: message.getCustomMetadata_asU8(), data: message.getData_asU8() }
}

function uuidText(uuid: Uuid | undefined): string {
  const structured = uuid?.getStructured()
  if (structured === undefined) return uuid?.getString() ?? ''
  const hex = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0')
  const digits = hex(structured.getMostSignificantBits()) + hex(structured.getLeastSignificantBits())
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function recordOf(event: StoredEvent): InstanceType<typeof streams.ReadResp.ReadEvent.RecordedEvent> {
  const record = new streams.ReadResp.ReadEvent.RecordedEvent()
  const id = new shared.UUID()
  id.setString(event.id)
  record.setId(id)
  record.setStreamIdentifier(identifierOf(event.stream))
  record.setStreamRevision(String(event.revision))
  record.setCommitPosition(String(event.position))
  record.setPreparePosition(String(event.position))
  for (const [key, value] of event.metadata) record.getMetadataMap().set(key, value)
  // The server tells time in ticks of 100 ns.
  record.getMetadataMap().set('created', String(BigInt(event.createdMs) * 10_000n))
  record.setCustomMetadata(event.custom)
  record.setData(event.data)
  return record
}

/** @param link the event in the stream that was read, where `event` is what it points at */
export function readEventOf(event: StoredEvent | undefined, link: StoredEvent | undefined): InstanceType<typeof streams.ReadResp> {
  const readEvent = new streams.ReadResp.ReadEvent()
  if (event !== undefined) readEvent.setEvent(recordOf(event))
  if (link !== undefined) readEvent.setLink(recordOf(link))
  readEvent.setCommitPosition(String((link ?? event)?.position ?? 0))
  const response = new streams.ReadResp()
  response.setEvent(readEvent)
  return response
}

export function appendResponse(result: StoreResult, expected: Expected): InstanceType<typeof streams.AppendResp> {
  const response = new streams.AppendResp()
  if (result.kind === 'written') {
    const success = new streams.AppendResp.Success()
    const position = new streams.AppendResp.Position()
    position.setCommitPosition(String(result.position))
    position.setPreparePosition(String(result.position))
    success.setCurrentRevision(String(result.revision))
    success.setPosition(position)
    response.setSuccess(success)
    return response
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion()
  if (result.current === undefined) wrong.setCurrentNoStream(new shared.Empty())
  else wrong.setCurrentRevision(String(result.current))
  if (expected === 'none') wrong.setExpectedNoStream(new shared.Empty())
  else if (expected === 'exists') wrong.setExpectedStreamExists(new shared.Empty())
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty())
  else wrong.setExpectedRevision(String(expected))
  response.setWrongExpectedVersion(wrong)
  return response
}

export function batchResponse(result: StoreResult, expected: Expected, stream: string, correlationId: Uuid | undefined): InstanceType<typeof streams.BatchAppendResp> {
  const response = new streams.BatchAppendResp()
  response.setCorrelationId(correlationId)
  response.setStreamIdentifier(identifierOf(stream))
  if (result.kind === 'written') {
    const success = new streams.BatchAppendResp.Success()
    const position = new shared.AllStreamPosition()
    position.setCommitPosition(String(result.position))
    position.setPreparePosition(String(result.position))
    success.setCurrentRevision(String(result.revision))
    success.setPosition(position)
    response.setSuccess(success)
    return response
  }
  const wrong = new shared.WrongExpectedVersion()
  if (result.current === undefined) wrong.setCurrentNoStream(new emptyPb.Empty())
  else wrong.setCurrentStreamRevision(String(result.current))
  if (expected === 'none') wrong.setExpectedNoStream(new emptyPb.Empty())
  else if (expected === 'exists') wrong.setExpectedStreamExists(new emptyPb.Empty())
  else if (expected === 'any') wrong.setExpectedAny(new emptyPb.Empty())
  else wrong.setExpectedStreamPosition(String(expected))
  const error = new status.Status()
  const details = new anyPb.Any()
  details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion')
  error.setMessage('wrong expected version')
  error.setDetails(details as never)
  response.setError(error)
  return response
}
