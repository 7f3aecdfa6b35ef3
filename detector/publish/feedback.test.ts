import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Signer } from '../../domain/crypto.js'
import type { AnomalyId, Height } from '../../domain/ids.js'
import { encodeCommitEvent, signCommitEvent, type CommitMessage } from '../../domain/message/commit-event.js'
import { createTestNetwork, signerOf, testId } from '../../eventlog/recorder/testing/network.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { commitKey } from '../../ingest/publisher/commit-notice.js'
import { until } from '../../ingest/testing/until.js'
import type { Transport } from '../../ingest/transport/transport.js'
import { createCommitFeedback } from './feedback.js'

const network = createTestNetwork()
const hash = (n: number): never => n.toString(16).padStart(64, '0') as never

function notice(height: number, ids: readonly AnomalyId[], { signer = network.recorder, blockHash = hash(height) }: { signer?: Signer; blockHash?: never } = {}): CommitMessage {
  return signCommitEvent({
    height: height as Height, blockHash, stateRoot: hash(1), txCount: ids.length, anomalyCount: ids.length, evidenceCount: 0, policyCount: 0,
    timestampSeconds: 1_760_000_000, anomalyIds: ids,
  }, signer)
}

describe('commit feedback', () => {
  let folder: string
  let transport: Transport
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cybermesh-feedback-'))
    transport = await openEmbeddedTransport(folder)
  })
  afterEach(async () => {
    await transport.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const send = (message: CommitMessage, height = message.height) =>
    transport.send([{ topic: 'control.commits.v1', key: commitKey(height), value: encodeCommitEvent(message), headers: { version: '1', type: 'commit' } }])

  it('counts its own committed anomalies once, and refuses strangers and forgeries by reason', async () => {
    const heard: AnomalyId[] = []
    const feedback = createCommitFeedback({ transport, group: 'detector', genesis: network.genesis, verify: network.verify, onCommitted: (id) => heard.push(id) })
    feedback.expect(testId(1))
    feedback.expect(testId(2))
    feedback.expect(testId(3))
    const abort = new AbortController()
    const running = feedback.run(abort.signal)

    await send(notice(1, [testId(1), testId(50)]))
    await send(notice(1, [testId(1), testId(50)]))
    await send(notice(1, [testId(2)], { blockHash: hash(999) }))
    await send(notice(2, [testId(2)], { signer: signerOf('stranger') }))
    await send({ ...notice(2, [testId(2)]), anomalyIds: [testId(3)] })
    await send(notice(3, [testId(3)]), 4 as Height)
    await transport.send([{ topic: 'control.commits.v1', key: Buffer.from('k'), value: Buffer.from('junk') }])
    await send(notice(2, [testId(2)]))
    await until('the last notice is heard', () => heard.length === 2)
    abort.abort()
    await running

    expect(heard).toEqual([testId(1), testId(2)])
    expect(feedback.counters()).toEqual({
      notices: 2, repeated: 1, contradicting: 1, ownCommitted: 2,
      refused: { 'UNKNOWN_PRODUCER/pubkey': 1, 'INVALID_SIGNATURE/signature': 1, 'MALFORMED/key': 1, 'MALFORMED/message': 1 },
    })
  })

  it('goes on after what it has heard, over a restart', async () => {
    await send(notice(1, [testId(1)]))
    const run = async (expected: number): Promise<readonly AnomalyId[]> => {
      const heard: AnomalyId[] = []
      const feedback = createCommitFeedback({ transport, group: 'detector', genesis: network.genesis, verify: network.verify, onCommitted: (id) => heard.push(id) })
      feedback.expect(testId(1))
      feedback.expect(testId(2))
      const abort = new AbortController()
      const running = feedback.run(abort.signal)
      await until('it has heard all', async () => (await transport.committed('detector', 'control.commits.v1'))[0]?.offset === expected)
      abort.abort()
      await running
      return heard
    }
    expect(await run(1)).toEqual([testId(1)])
    await send(notice(2, [testId(2)]))
    expect(await run(2)).toEqual([testId(2)])
  })
})
