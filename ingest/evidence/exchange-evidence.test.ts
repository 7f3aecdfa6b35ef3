import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeEvidence, type Evidence } from '../../domain/evidence/evidence.js'
import { validatorSetOf } from '../../domain/genesis.js'
import { asEpoch, asView } from '../../domain/ids.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { encodeMessage, type PeerMessage } from '../../consensus/core/messages.js'
import { blockOn, idOf, root, set, signer, voteOf } from '../../consensus/core/testing/forge.js'
import { gossip, GOSSIP_TOPICS } from '../../consensus/network/gossip.js'
import { peerIdOf } from '../../consensus/network/identity.js'
import { openLanes, type Lanes } from '../../consensus/network/lanes.js'
import { startMesh, type Mesh } from '../../consensus/network/mesh.js'
import { createLocalNetwork, freshTx, seedOf, until, type LocalNetwork, type RunningValidator } from '../../consensus/node/testing/local-network.js'
import { evidenceOf } from './evidence-desk.js'
import { exchangeEvidence, type EvidenceExchange } from './exchange-evidence.js'

const LIAR = 4
const [a, b] = [blockOn(root, 3), blockOn(root, 3, { timestamp: 1_760_595_055_001 as never })]

describe('four validators and a fifth that lies, over real sockets', () => {
  let network: LocalNetwork
  let running: RunningValidator[] = []
  let liar: { mesh: Mesh; lanes: Lanes }
  const exchanges: EvidenceExchange[] = []
  const caught: number[] = []
  const standingOf = ({ node }: RunningValidator) => node.status().standings[LIAR]
  const commitOne = async (n: number): Promise<void> => {
    const before = running.map(({ committed }) => committed.length)
    const tx = freshTx(n)
    for (const validator of running) validator.submit(tx)
    await until('a commit everywhere', () => running.every(({ committed }, i) => committed.length > (before[i] as number)))
  }

  beforeAll(async () => {
    network = await createLocalNetwork(5, { onReport: (i, report) => exchanges[i]?.onReport(report) })
    const validators = validatorSetOf(network.genesis)
    expect(validators.chainId).toBe(set.chainId)
    running = await Promise.all([0, 1, 2, 3].map((i) => network.start(i)))
    running.forEach((validator, i) => exchanges.push(exchangeEvidence({
      set: validators, verify: createVerifier(), mesh: validator.mesh, isJailed: (id) => validator.node.status().standings[validators.byId(id)?.index ?? -1]?.isJailed === true,
      mempool: { add: ({ tx }) => { validator.submit(tx); return { kind: 'added' } } },
      onPooled: () => undefined, onCaught: () => caught.push(i),
    })))
    const mesh = await startMesh({
      seed: seedOf(`v${LIAR}`), listen: undefined, peers: validators.validators.map(({ publicKey, name, index }) => ({ publicKey, name, address: network.addressOf(index) })),
    })
    liar = { mesh, lanes: await openLanes(mesh, () => undefined, () => undefined) }
    await until('the liar is connected', () => running.every(({ node }) => node.status().connectedPeers === 4))
    await until('everybody listens', () => mesh.gossip.getSubscribers(GOSSIP_TOPICS.evidence).length === 4)
  })
  afterAll(async () => {
    liar.lanes.close()
    await liar.mesh.stop()
    await Promise.all(running.map((validator) => validator.stop()))
    network.remove()
  })
  const say = (i: number, message: PeerMessage): void => liar.lanes.send(peerIdOf(signer(i).publicKey), 'votes', encodeMessage(message))

  test('false evidence jails nobody', async () => {
    const forged = { ...evidenceOf({ kind: 'double-vote', first: voteOf(LIAR, a), second: voteOf(LIAR, b) }, asEpoch(0)), offender: idOf(2) } as Evidence
    gossip(liar.mesh, 'evidence', encodeEvidence(forged))
    gossip(liar.mesh, 'evidence', Uint8Array.of(1, 2, 3))
    const refusals = (): number => running.reduce((sum, { node }) => sum + node.status().refusals.filter(({ type }) => type === 'evidence').length, 0)
    await until('both refused', () => refusals() >= 2)
    await commitOne(1)
    expect(running.map(({ node }) => node.status().standings.some(({ isJailed }) => isJailed))).toEqual([false, false, false, false])
  })

  test('two votes that only one validator saw jail the liar everywhere', async () => {
    say(1, { type: 'vote', vote: voteOf(LIAR, a, { view: asView(5), parentView: asView(4) }) })
    say(1, { type: 'vote', vote: voteOf(LIAR, b, { view: asView(5), parentView: asView(4) }) })
    await until('jailed at all', () => running.every((validator) => standingOf(validator)?.isJailed === true))
    expect(caught).toEqual([1])
    const proofs = running.map(({ committed }) => committed.flatMap(({ block }) => block.transactions.filter(({ kind }) => kind === 'evidence').map(({ id }) => id)))
    expect(new Set(proofs.map((ids) => ids.join())).size).toBe(1)
    expect(proofs[0]).toHaveLength(1)
  })

  test('more of the same changes nothing, and the others go on', async () => {
    say(2, { type: 'vote', vote: voteOf(LIAR, a, { view: asView(6), parentView: asView(5) }) })
    say(2, { type: 'vote', vote: voteOf(LIAR, b, { view: asView(6), parentView: asView(5) }) })
    await until('seen', () => running[2]?.reports.some(({ kind }) => kind === 'double-vote') === true)
    for (let n = 2; n < 6; n++) await commitOne(n)
    expect(running.map(standingOf)).toEqual(running.map(() => expect.objectContaining({ isJailed: true, score: 0, evidence: 1 }) as unknown))
    expect(running.flatMap(({ fatal }) => fatal)).toEqual([])
  })
})
