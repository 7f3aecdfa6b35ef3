/** Messages that are right in all but one thing, signed by whoever is needed: each is refused by name, and moves nothing. */
import { genesisQc, type Block } from '../../domain/block.js'
import { timeoutSignBytes, type QuorumCertificate, type TimeoutCertificate } from '../../domain/certificate.js'
import { asEpoch, asHeight, asMillis, asView, type BlockHash, type ChainId, type Hex32, type StateRoot } from '../../domain/ids.js'
import { createTransaction } from '../../domain/transaction.js'
import { encodeMessage, type PeerMessage, type Proposal, type SyncInfo } from '../../consensus/core/messages.js'
import type { SimNode, World } from '../types.js'
import { createForge, type Forge } from './forge.js'
import { scenario, type OpenWorld, type Scenario } from './scenario.js'
import { expectThat, go, nodeAt, takeOver } from './script.js'

type Bench = { readonly world: World; readonly forge: Forge; readonly node: SimNode; readonly b1: Block; readonly rootQc: QuorumCertificate; hear(message: PeerMessage | Uint8Array, from?: number): void }
type Forgery = readonly [name: string, reason: string, make: (bench: Bench) => PeerMessage | Uint8Array]

/** v0 alone is honest and has seen block 1 of view 1, if `knowsFirst`; the script speaks for all others. */
function openBench(open: OpenWorld, knowsFirst = true): Bench {
  const world = open({ n: 4 })
  go(world, 20)
  for (const position of [1, 2, 3]) takeOver(world, position)
  const forge = createForge(world)
  const node = nodeAt(world, 0)
  const hear = (message: PeerMessage | Uint8Array, from = 1): void => world.deliver(node, nodeAt(world, from).id, message)
  const b1 = forge.blockOn(world.root, 1, { transactions: [world.tx(1)] })
  if (knowsFirst) hear({ type: 'proposal', proposal: forge.proposalOf(b1) })
  return { world, forge, node, b1, rootQc: genesisQc(world.root), hear }
}

const proposing = (proposal: Proposal): PeerMessage => ({ type: 'proposal', proposal })
const twice = (n: number, qc: QuorumCertificate): QuorumCertificate => ({ ...qc, signatures: Array.from({ length: n }, () => qc.signatures[0] as never) })
const stranger = <T extends { readonly signatures: readonly { readonly index: number }[] }>(certificate: T): T =>
  ({ ...certificate, signatures: certificate.signatures.map((entry, i) => (i === 2 ? { ...entry, index: 9 } : entry)) })
const EE = 'ee'.repeat(32)

const PROPOSALS: readonly Forgery[] = [
  ['another chain', 'wrong-chain', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { chainId: EE as ChainId })))],
  ['another epoch', 'wrong-epoch', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { epoch: asEpoch(1) })))],
  ['another proposer', 'not-the-leader', ({ forge, b1, world }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { proposer: nodeAt(world, 3).id })))],
  ['leaders that did not fail', 'wrong-failed-leaders', ({ forge, b1, world }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { failedLeaders: [nodeAt(world, 3).id] })))],
  ['another parent than its certificate', 'justify-of-another-block', ({ forge, b1, rootQc }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { justify: { ...forge.qcOf(b1), data: { ...forge.dataOf(b1), blockHash: rootQc.data.blockHash } } })))],
  ['no reason for its view', 'no-entry-proof', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 5)))],
  ['the key of another', 'bad-signature', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2), undefined, 3))],
  ['other content', 'content-not-bound', ({ forge, b1, world }) => { const block = forge.blockOn(b1, 2, { transactions: [world.tx(2)] }); return proposing({ ...forge.proposalOf(block), block: { ...block, transactions: [] } }) }],
  ['two signatures under its parent', 'bad-justify', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { justify: forge.qcOf(b1, [0, 1]) })))],
  ['one signature three times', 'bad-justify', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { justify: twice(3, forge.qcOf(b1)) })))],
  ['a stranger under its parent', 'bad-justify', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { justify: stranger(forge.qcOf(b1)) })))],
  ['two timeouts', 'bad-timeout-certificate', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 4), forge.tcOf(3, [forge.qcOf(b1), forge.qcOf(b1)], [1, 2])))],
  ['another state', 'state-root-differs', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { stateRoot: EE as StateRoot })))],
  ['other receipts', 'receipts-root-differs', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { receiptsRoot: EE as Hex32 })))],
  ['a height that is left out', 'height-gap', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { height: asHeight(3) })))],
  ['a time before its parent', 'time-before-parent', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { timestamp: asMillis(b1.header.timestamp - 1) })))],
  ['a time that is not now', 'no vote: time-not-now', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { timestamp: asMillis(b1.header.timestamp + 60_000) })))],
  ['a transaction twice', 'no vote: transaction-twice', ({ forge, b1, world }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { transactions: [world.tx(2), world.tx(2)] })))],
  ['a transaction that nobody signed', 'no vote: transaction-MALFORMED', ({ forge, b1 }) => proposing(forge.proposalOf(forge.blockOn(b1, 2, { transactions: [createTransaction('event', Uint8Array.of(1))] })))],
]

const timeout = (value: ReturnType<Forge['timeoutOf']>): PeerMessage => ({ type: 'timeout', timeout: value })
const TIMEOUTS: readonly Forgery[] = [
  ['another epoch', 'wrong-epoch', ({ forge, rootQc }) => timeout({ ...forge.timeoutOf(2, 1, rootQc), epoch: asEpoch(1) })],
  ['another certificate than it signs', 'certificate-does-not-match', ({ forge, b1, rootQc }) => timeout({ ...forge.timeoutOf(2, 2, forge.qcOf(b1)), highQc: rootQc })],
  ['no reason for its view', 'no-entry-proof', ({ forge, rootQc }) => timeout(forge.timeoutOf(2, 4, rootQc))],
  ['the key of another', 'bad-signature', ({ forge, rootQc }) => timeout({ ...forge.timeoutOf(2, 1, rootQc), sender: forge.timeoutOf(3, 1, rootQc).sender })],
  ['a forged certificate', 'bad-certificate', ({ forge, b1 }) => timeout(forge.timeoutOf(2, 2, forge.qcOf(b1, [1, 2])))],
  ['a forged timeout certificate', 'bad-timeout-certificate', ({ forge, rootQc }) => timeout(forge.timeoutOf(2, 4, rootQc, forge.tcOf(3, [rootQc, rootQc], [1, 2])))],
]

const certificate = (tc: TimeoutCertificate): PeerMessage => ({ type: 'timeout-certificate', tc })
const TCS: readonly Forgery[] = [
  ['two signers', ({ forge, rootQc }: Bench) => forge.tcOf(5, [rootQc, rootQc], [1, 2])],
  ['one signer three times', ({ forge, rootQc }: Bench) => forge.tcOf(5, [rootQc, rootQc, rootQc], [1, 1, 1])],
  ['a stranger', ({ forge, rootQc }: Bench) => stranger(forge.tcOf(5, [rootQc, rootQc, rootQc], [1, 2, 3]))],
  ['timeouts of another view', ({ forge, rootQc }: Bench) => ({ ...forge.tcOf(4, [rootQc, rootQc, rootQc], [1, 2, 3]), view: asView(5) })],
  ['less than its timeouts name', ({ forge, rootQc, b1 }: Bench) => ({ ...forge.tcOf(5, [forge.qcOf(b1), rootQc, rootQc], [1, 2, 3]), highQc: rootQc })],
  ['a certificate that is not below it', ({ forge, b1, rootQc }: Bench) => forge.tcOf(1, [forge.qcOf(b1), rootQc, rootQc], [1, 2, 3])],
  ['a forged certificate inside', ({ forge, b1 }: Bench) => forge.tcOf(5, Array.from({ length: 3 }, () => forge.qcOf(b1, [1, 2])), [1, 2, 3])],
  ['another epoch', ({ forge, rootQc, world }: Bench) => {
    const epoch = asEpoch(1)
    const signatures = [1, 2, 3].map((index) => ({ index, highQcView: asView(0), signature: world.signer(index).sign(timeoutSignBytes(world.set.chainId, epoch, asView(5), asView(0))) }))
    return { ...forge.tcOf(5, [rootQc]), epoch, signatures }
  }],
].map(([name, make]) => [name as string, 'bad-timeout-certificate', (bench: Bench) => certificate((make as (bench: Bench) => TimeoutCertificate)(bench))] as const)

const QCS: readonly Forgery[] = [
  ['two signers', ({ forge, b1 }: Bench) => forge.qcOf(b1, [1, 2])],
  ['one signer three times', ({ forge, b1 }: Bench) => twice(3, forge.qcOf(b1))],
  ['a stranger', ({ forge, b1 }: Bench) => stranger(forge.qcOf(b1))],
  ['signatures over another view', ({ forge, b1 }: Bench) => ({ ...forge.qcOf(b1), data: { ...forge.dataOf(b1), view: asView(7), parentView: asView(6) } })],
  ['another epoch', ({ forge, b1 }: Bench) => forge.qcOver({ ...forge.dataOf(b1), epoch: asEpoch(1) })],
  ['a view below its parent', ({ forge, b1 }: Bench) => forge.qcOver({ ...forge.dataOf(b1), parentView: asView(3), commit: undefined })],
  ['a commit across a gap', ({ forge, b1 }: Bench) => forge.qcOver({ ...forge.dataOf(b1), view: asView(5) })],
  ['no commit where views follow', ({ forge, b1 }: Bench) => forge.qcOver({ ...forge.dataOf(b1), commit: undefined })],
  ['a commit of another height', ({ forge, b1 }: Bench) => forge.qcOver({ ...forge.dataOf(b1), commit: { hash: b1.hash, height: asHeight(7) } })],
  ['a genesis certificate that commits', ({ b1, rootQc }: Bench) => ({ data: { ...rootQc.data, commit: { hash: b1.hash, height: asHeight(1) } }, signatures: [] })],
].map(([name, make]) => [name as string, 'bad-certificate', (bench: Bench): PeerMessage =>
  ({ type: 'sync-info', info: { highQc: (make as (bench: Bench) => QuorumCertificate)(bench), highTc: undefined, committedHeight: asHeight(0) } })] as const)

const VOTES: readonly Forgery[] = [
  ['the key of another', 'bad-signature', ({ forge, b1 }) => ({ type: 'vote', vote: { ...forge.voteOf(2, b1), voter: forge.voteOf(3, b1).voter } })],
  ['a stranger', 'bad-signature', ({ forge, b1 }) => ({ type: 'vote', vote: { ...forge.voteOf(2, b1), voter: EE as never } })],
]

const OWN: readonly Forgery[] = [
  ['a vote of another', 'vote-not-ours', ({ forge, b1, rootQc }) => telling(rootQc, { yourVote: forge.voteOf(2, b1) })],
  ['a vote that we did not sign', 'bad-signature', ({ forge, b1, rootQc }) => telling(rootQc, { yourVote: { ...forge.voteOf(0, b1), signature: forge.voteOf(2, b1).signature } })],
  ['a timeout that we did not sign', 'bad-signature', ({ forge, rootQc }) => telling(rootQc, { yourTimeout: { ...forge.timeoutOf(2, 9, rootQc), highQcView: asView(0) } })],
]
const telling = (highQc: QuorumCertificate, yours: Partial<SyncInfo>): PeerMessage => ({ type: 'sync-info', info: { highQc, highTc: undefined, committedHeight: asHeight(0), ...yours } })

const BYTES: readonly Forgery[] = [
  ['a flag that is neither 0 nor 1', 'DecodeError: cannot decode tc.present', ({ forge, rootQc }) => { const bytes = encodeMessage(timeout(forge.timeoutOf(2, 1, rootQc))); bytes[bytes.length - 1] = 2; return bytes }],
  ['one byte more', 'DecodeError: cannot decode message', ({ forge, rootQc }) => Uint8Array.from([...encodeMessage(timeout(forge.timeoutOf(2, 1, rootQc))), 0])],
  ['signers in falling order', 'DecodeError: cannot decode qc.index', ({ forge, b1 }) => encodeMessage({ type: 'sync-info', info: { highQc: forge.qcOf(b1, [2, 1, 0]), highTc: undefined, committedHeight: asHeight(0) } })],
  ['no message at all', 'DecodeError: cannot decode message.type', () => Uint8Array.of(250, 1, 2, 3)],
  ['ten million bytes', 'DecodeError: cannot decode message.type', () => new Uint8Array(10_000_000).fill(251)],
]

function refusing(what: string, forgeries: readonly Forgery[]): Scenario {
  return scenario(`forged: ${what}`, `${forgeries.length} messages that are wrong in one thing each: ${forgeries.map(([name]) => name).join(', ')}. Each is refused by name, gets no vote, and moves neither view nor chain.`, (open) => {
    for (const [name, reason, make] of forgeries) {
      const bench = openBench(open)
      const { world, node } = bench
      const message = make(bench)
      const voted = node.sent.filter(({ type }) => type === 'vote').length
      const before = node.reports.length
      bench.hear(message)
      go(world, 50)
      const reasons = node.reports.slice(before).flatMap((report) => (report.kind === 'message-refused' ? [report.reason] : report.kind === 'vote-refused' ? [`no vote: ${report.reason}`] : []))
      expectThat(world, reasons[0]?.startsWith(reason) === true, `${what} with ${name}: refused for ${reasons.join(', ') || 'nothing'}, not ${reason}`)
      expectThat(world, node.sent.filter(({ type }) => type === 'vote').length === voted, `${what} with ${name} got a vote`)
      // A right certificate of view 1 inside a wrong message is still a right certificate.
      expectThat(world, node.engine.status().view <= 2 && node.committed.length === 0, `${what} with ${name} moved the view to ${node.engine.status().view}`)
    }
  })
}

const oldMessages = scenario(
  'forged: votes, timeouts and proposals of views long past and far ahead',
  'Signed, but of views that are over or that nobody has reached: nothing of them is kept.',
  (open) => {
    const { world, forge, node, b1, rootQc, hear } = openBench(open)
    hear(certificate(forge.tcOf(40, [rootQc, rootQc, rootQc], [1, 2, 3])))
    expectThat(world, node.engine.status().view === 41, 'a timeout certificate did not open its view')
    const before = node.reports.length
    const keptBefore = node.engine.kept()
    for (let view = 1; view <= 20; view++) {
      const at = asView(view)
      hear({ type: 'vote', vote: forge.voteOf(2, b1, { view: at, parentView: asView(view - 1) }) })
      hear({ type: 'vote', vote: forge.voteOf(2, b1, { view: asView(1000 + view) }) })
      hear({ type: 'vote', vote: forge.voteOf(2, b1, { view: at, epoch: asEpoch(1) }) })
      hear({ type: 'vote', vote: forge.voteOf(2, b1, { view: asView(41), epoch: asEpoch(1) }) })
      if (view > 1) hear(timeout(forge.timeoutOf(2, view, rootQc, forge.tcOf(view - 1, [rootQc, rootQc, rootQc], [1, 2, 3]))))
    }
    expectThat(world, !node.reports.slice(before).some(({ kind }) => kind === 'vote-received'), 'a vote of a view far away was counted')
    const kept = node.engine.kept()
    expectThat(world, kept.votes === keptBefore.votes && kept.timeouts === keptBefore.timeouts && node.engine.status().view === 41, `kept ${kept.votes} views of votes and ${kept.timeouts} of timeouts`)
    hear({ type: 'sync-info', info: { highQc: rootQc, highTc: forge.tcOf(5, [rootQc, rootQc, rootQc], [1, 2, 3]), committedHeight: asHeight(0) } })
    expectThat(world, node.engine.status().view === 41, `an old timeout certificate moved the view to ${node.engine.status().view}`)
    hear(proposing(forge.proposalOf(forge.blockOn(world.root, 1, { transactions: [world.tx(9)] }))))
    expectThat(world, node.reports.some((report) => report.kind === 'message-refused' && report.reason === 'view-long-past'), 'a proposal of view 1 is heard in view 41')
  },
)

const impossibleCommit = scenario(
  'forged: a quorum of liars about a commit',
  'More than f validators sign a certificate whose commit no chain shows: it commits nothing, and the one honest validator raises the alarm.',
  (open) => {
    const { world, forge, node, b1, hear } = openBench(open)
    // Its alarm is what is asked for.
    node.isHonest = false
    const lie = forge.qcOver({ ...forge.dataOf(b1), commit: { hash: EE as BlockHash, height: asHeight(0) } }, [1, 2, 3])
    hear({ type: 'sync-info', info: { highQc: lie, highTc: undefined, committedHeight: asHeight(0) } })
    go(world, 50)
    expectThat(world, node.committed.length === 0, 'committed')
    expectThat(world, node.reports.some(({ kind }) => kind === 'safety-alarm'), 'no alarm')
    const b2 = forge.blockOn(b1, 2)
    hear(proposing(forge.proposalOf(b2)))
    const alarms = node.reports.filter(({ kind }) => kind === 'safety-alarm').length
    hear({ type: 'sync-info', info: { highQc: forge.qcOver({ ...forge.dataOf(b2), commit: { hash: EE as BlockHash, height: asHeight(1) } }, [1, 2, 3]), highTc: undefined, committedHeight: asHeight(0) } })
    expectThat(world, node.committed.length === 0 && node.reports.filter(({ kind }) => kind === 'safety-alarm').length > alarms, 'block 1 is final by a certificate that names another block')
    const b3 = forge.blockOn(b2, 3)
    for (const index of [1, 2, 3]) hear({ type: 'vote', vote: forge.voteOf(index, b3, { commit: undefined }) })
    go(world, 50)
    expectThat(world, node.engine.status().view <= 3, 'votes that say what no chain shows made a certificate')
  },
)

const insideTc = scenario(
  'a timeout certificate brings a certificate that was missed',
  'The highest certificate inside a timeout certificate is as good as one that comes alone.',
  (open) => {
    const { world, forge, node, b1, rootQc, hear } = openBench(open)
    hear(certificate(forge.tcOf(2, [forge.qcOf(b1), rootQc, rootQc], [1, 2, 3])))
    go(world, 50)
    expectThat(world, node.engine.status().highQcView === 1 && node.engine.status().view === 3, `knows the certificate of view ${node.engine.status().highQcView}`)
  },
)

const pushedOut = scenario(
  'forged: a proposal that pushes out the one that waits',
  'The leader\'s proposal waits for its parent. A member that does not lead signs one for the same view: the leader\'s still gets the vote.',
  (open) => {
    const { world, forge, node, b1, hear } = openBench(open, false)
    const leader = nodeAt(world, 2)
    leader.isUp = true
    leader.answerFetch = () => [b1]
    const justify = forge.qcOf(b1, [1, 2, 3])
    const right = forge.blockOn(b1, 2, { justify })
    hear(proposing(forge.proposalOf(right)), 2)
    hear(proposing(forge.proposalOf(forge.blockOn(b1, 2, { justify, proposer: nodeAt(world, 3).id }))), 3)
    go(world, 200)
    expectThat(world, node.sent.some((message) => message.type === 'vote' && message.vote.data.blockHash === right.hash), 'no vote for the block of the leader')
  },
)

/** v0 is told of a certified block and asks the liar for it: the answer is certified by more than f liars, and wrong inside. */
const wrongAnswers = scenario(
  'forged: certified blocks that are wrong inside',
  'More than f validators certify a block whose own certificate is forged, or which does not fit its parent: it is not taken.',
  (open) => {
    const wrong: readonly (readonly [string, (bench: Bench) => Block])[] = [
      ['a forged certificate inside', ({ forge, b1 }) => forge.blockOn(b1, 2, { justify: forge.qcOf(b1, [1, 2]) })],
      ['a time before its parent', ({ forge, b1 }) => forge.blockOn(b1, 2, { timestamp: asMillis(b1.header.timestamp - 1) })],
      ['another proposer', ({ forge, b1, world }) => forge.blockOn(b1, 2, { proposer: nodeAt(world, 3).id })],
    ]
    for (const [name, make] of wrong) {
      const bench = openBench(open)
      const { world, forge, node, hear } = bench
      node.isHonest = false
      const block = make(bench)
      const liar = nodeAt(world, 1)
      liar.isUp = true
      liar.answerFetch = () => [block]
      hear({ type: 'sync-info', info: { highQc: forge.qcOf(block, [1, 2, 3]), highTc: undefined, committedHeight: asHeight(0) } })
      go(world, 200)
      expectThat(world, node.engine.kept().blocks <= 2 && node.committed.length === 0, `${name}: the block was taken`)
    }
  },
)

export const FORGED: readonly Scenario[] = [
  refusing('proposals', PROPOSALS), refusing('timeouts', TIMEOUTS), refusing('timeout certificates', TCS), refusing('certificates', QCS),
  refusing('votes', VOTES), refusing('what is said of our own votes', OWN), refusing('bytes', BYTES), oldMessages, impossibleCommit, insideTc, pushedOut, wrongAnswers,
]
