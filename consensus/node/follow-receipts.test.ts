import type { PeerId } from '@libp2p/interface'
import { expect, test } from 'vitest'
import { ADMITTED, createTestNetwork } from '../../eventlog/recorder/testing/network.js'
import { at } from '../../eventlog/recorder/testing/harness.js'
import { encodeReceiptBatch, GOSSIP_TOPICS } from '../network/gossip.js'
import { peerIdOf } from '../network/identity.js'
import type { Mesh } from '../network/mesh.js'
import { followReceipts } from './follow-receipts.js'

const network = createTestNetwork()
const { validators } = network.set

test('receipts are taken from the validator that they name, and from nobody else', async () => {
  const topicValidators = new Map<string, (from: PeerId, message: { readonly data: Uint8Array }) => unknown>()
  const mesh = { gossip: { topicValidators, subscribe: () => undefined }, guard: { admits: () => true, refuse: () => undefined } } as unknown as Mesh
  const following = followReceipts(mesh, validators)
  const [own, other] = [network.receipt(0, at(0), network.message(), ADMITTED), network.receipt(1, at(0), network.message(), ADMITTED)]
  const bring = (from: number): unknown =>
    topicValidators.get(GOSSIP_TOPICS.receipts)?.(peerIdOf((validators[from] as (typeof validators)[number]).publicKey), { data: encodeReceiptBatch([own, other]) })
  bring(2)
  bring(1)
  for await (const batch of following.pushed(new AbortController().signal)) {
    expect(batch.map(({ validator }) => validator)).toEqual([other.validator])
    break
  }
})
