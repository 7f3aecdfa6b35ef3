/** What the recorder writes when it starts: that it started, and each validator of genesis once. */
import { bytesToHex } from '../../domain/bytes.js'
import type { Hex32, UnixMillis } from '../../domain/ids.js'
import { OPERATOR_STREAM, validatorStream } from '../log.js'
import type { RecorderContext } from './context.js'
import { isRegistered } from './index/entries.js'
import type { Writer } from './writer.js'

export type Opening = { readonly actor: string; readonly fields: Readonly<Record<string, string>>; readonly peerIdOf: (publicKey: Uint8Array) => string }

export async function openRecord(writer: Writer, { set }: RecorderContext, { actor, fields, peerIdOf }: Opening, at: UnixMillis): Promise<void> {
  await writer.perform((session) => {
    for (const { id, name, publicKey } of set.validators) {
      if (isRegistered(session.facts, id)) continue
      session.add(validatorStream(id), 'none', `validator/${set.chainId}/${id}`, {
        type: 'ValidatorRegistered',
        data: { validatorId: id, publicKey: bytesToHex(publicKey) as Hex32, name, peerId: peerIdOf(publicKey), chainId: set.chainId as string as Hex32, at },
      })
    }
  })
  await writer.perform((session) => session.add(OPERATOR_STREAM, 'any', `operator/recorder.start/${actor}/${at}`, {
    type: 'OperatorActionRecorded',
    data: { actor, action: 'recorder.start', resource: 'event log', result: 'success', reason: 'follow the chain', fields, at },
  }))
}
