/** Up to f validators lie with their own keys: they cost time, never agreement, and what they did is shown. */
import { LIARS, type LiarName } from '../byzantine/index.js'
import { createRandom } from '../kernel/random.js'
import type { SimNode, World } from '../types.js'
import { createForge } from './forge.js'
import { scenario, type OpenWorld, type Scenario } from './scenario.js'
import { expectCommits, expectHealed, expectThat, go, listen, nodeAt, running, takeOver } from './script.js'

const lying = (position: number, ...names: readonly LiarName[]): ReadonlyMap<number, (node: SimNode, world: World) => void> =>
  new Map([[position, (node, world) => { for (const name of names) LIARS[name](node, world, createRandom(position)) }]])

/** Transactions one after the other, beside a liar who leads every n-th view. */
function beside(open: OpenWorld, n: number, names: readonly LiarName[], withinMs: number, isShown?: (world: World) => boolean): void {
  const world = open({ n, liars: lying(1, ...names) })
  for (let k = 1; k <= 6; k++) {
    world.submitTx(k)
    expectCommits(world, running(world), [k], withinMs)
  }
  if (isShown !== undefined) expectThat(world, isShown(world), 'nobody was shown what the liar did')
  expectHealed(world, 9)
}

const reported = (kind: string) => (world: World): boolean => running(world).some(({ reports }) => reports.some((report) => report.kind === kind))

const kinds: readonly (readonly [string, readonly LiarName[], string, ((world: World) => boolean) | undefined])[] = [
  ['an equivocating leader', ['equivocate'], 'Each half is shown another block of one view, one node both: neither half is a quorum, and those who saw both have the proof.', reported('double-proposal')],
  ['a double voter', ['equivocate', 'voteForAll'], 'It votes for everything it sees: the second vote does not count, and is kept as proof.', undefined],
  ['a next leader that keeps its votes', ['withholdVotes'], 'The others are a quorum without it.', undefined],
  ['a validator that keeps its timeouts', ['withholdTimeouts'], 'Views change without it.', undefined],
  ['a validator that shows its votes and timeouts to one other only', ['showToOne'], 'Some see a certificate that others do not: they tell each other.', undefined],
  ['a stale leader that takes part', ['staleLeader', 'withholdProposals'], 'It leads with valid timeout certificates and old parents.', undefined],
  ['a leader that proposes nonsense', ['proposeNonsense'], 'Wrong state, receipts, time, height, failed leaders, forged and repeated transactions: no vote for any.', undefined],
  ['a validator that forges certificates', ['forgeCertificates'], 'Too few signers, one twice, strangers, another view, epoch or height: none moves anybody.', undefined],
  ['old messages are replayed', ['replay'], 'Everything heard is said again, much later, by another.', undefined],
  ['a flood of future views', ['flood'], 'Signed votes and proposals of views that nobody reached: memories stay small.', undefined],
  ['noise, cut and stretched bytes', ['garble'], 'A quarter of the frames of one validator is changed, cut, made longer, or noise.', undefined],
]

const takingPart = kinds.flatMap(([name, lies, what, isShown]) => [4, 7].map((n) =>
  scenario(`${name}, one of ${n}`, what, (open) => beside(open, n, lies, 25_000, isShown))))

const twins = [[4, [1]], [4, [3]], [5, [2]], [7, [1, 4]]] as const
const twinned = twins.map(([n, keys]) => scenario(
  `two validators with one key: ${keys.map((key) => `v${key}`).join(' and ')} of ${n}`,
  'A second process with the same key takes part, each half of the network hearing another one of the two.',
  (open) => {
    const world = open({ n, twins: keys })
    const half = (node: SimNode): number => (node.isTwin ? 1 : keys.includes(node.index as never) ? 0 : node.index % 2)
    world.filter = (from, to) => half(from) === half(to)
    for (let k = 1; k <= 3; k++) {
      world.submitTx(k)
      go(world, 6000)
    }
    world.filter = () => true
    for (let k = 4; k <= 6; k++) world.submitTx(k)
    expectCommits(world, running(world), [1, 2, 3, 4, 5, 6], 60_000)
  },
))

const firstVoteStands = scenario(
  'a second block for a view after a restart',
  'A liar shows v0 one block of view 1, lets it lose power right after its vote, and shows it another one. The vote on disk stands, whichever came first.',
  (open) => {
    for (const boundary of [3, 4, 5, 6]) {
      const world = open({ n: 4 })
      const forge = createForge(world)
      const liar = takeOver(world, 1)
      go(world, 10)
      const [first, second] = [1, 2].map((k) => forge.blockOn(world.root, 1, { transactions: [world.tx(k)] }))
      const victim = nodeAt(world, 0)
      victim.fuse = boundary
      world.deliver(victim, liar.id, { type: 'proposal', proposal: forge.proposalOf(first as never) })
      world.restart(victim)
      go(world, 5)
      world.deliver(victim, liar.id, { type: 'proposal', proposal: forge.proposalOf(second as never) })
      go(world, 100)
      const voted = new Set(victim.sent.flatMap((message) => (message.type === 'vote' && message.vote.data.view === 1 ? [message.vote.data.blockHash] : [])))
      expectThat(world, voted.size <= 1, `v0 voted for ${voted.size} blocks of view 1`)
      expectHealed(world, 3)
    }
  },
)

const oneLateTimeout = scenario(
  'a liar that joins only to make a view change late',
  'It sends its timeout at the last moment to one validator, view after view: views change when enough honest ones gave up, and a commit follows as soon as it stops.',
  (open) => {
    const world = open({ n: 4 })
    const forge = createForge(world)
    const liar = takeOver(world, 3)
    world.submitTx(1)
    world.filter = (_, to, message) => message.type !== 'proposal' || to.position === 0
    listen(world, running(world), 15_000, (message) => {
      if (message.type !== 'timeout') return
      const { view, highQc, lastTc } = message.timeout
      world.after(900, () => world.deliver(nodeAt(world, 0), liar.id, { type: 'timeout', timeout: forge.timeoutOf(3, view, highQc, lastTc) }))
    })
    expectHealed(world, 2)
  },
)

export const LIAR_SCENARIOS: readonly Scenario[] = [firstVoteStands, ...takingPart, ...twinned, oneLateTimeout]
