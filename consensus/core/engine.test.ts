import { describe, expect, test } from 'vitest'
import { asMillis } from '../../domain/ids.js'
import { createCluster, txOf, type Cluster, type Node } from './testing/cluster.js'

const heights = (node: Node): number[] => node.committed.map(({ block }) => block.header.height)
const txCount = (node: Node): number => node.committed.reduce((sum, { block }) => sum + block.transactions.length, 0)
const everywhere = (cluster: Cluster, n: number): void => {
  const tx = txOf(n)
  for (const node of cluster.nodes) if (node.isUp) node.submitTx(tx)
}
const expectAgreement = (cluster: Cluster): void => {
  const longest = cluster.nodes.map(({ committed }) => committed).sort((a, b) => b.length - a.length)[0] ?? []
  for (const node of cluster.nodes) {
    expect(heights(node)).toEqual(node.committed.map((_, i) => i + 1))
    expect(node.committed.map(({ block }) => block.hash)).toEqual(longest.slice(0, node.committed.length).map(({ block }) => block.hash))
  }
}

describe('the happy path', () => {
  test.each([1, 4, 5, 6, 7, 10])('%i validators commit a transaction everywhere with one state root', (n) => {
    const cluster = createCluster(n)
    everywhere(cluster, 1)
    cluster.run()
    expectAgreement(cluster)
    for (const node of cluster.nodes) expect(txCount(node)).toBe(1)
    expect(new Set(cluster.nodes.map(({ engine }) => engine.status().stateRoot)).size).toBe(1)
    expect(cluster.nodes.every(({ engine }) => engine.status().viewChanges === 0)).toBe(true)
  })

  test('a stream of transactions commits in order, once, without a view change', () => {
    const cluster = createCluster(5)
    for (let i = 0; i < 40; i++) {
      everywhere(cluster, i)
      cluster.run(7)
    }
    cluster.run()
    expectAgreement(cluster)
    for (const node of cluster.nodes) {
      const ids = node.committed.flatMap(({ block }) => block.transactions.map(({ id }) => id))
      expect(ids).toHaveLength(40)
      expect(new Set(ids).size).toBe(40)
    }
    expect(cluster.nodes[0]?.engine.status().viewChanges).toBe(0)
  })
})

describe('the idle rule', () => {
  test('a quiet network makes one empty block to finish the last one, then nothing', () => {
    const cluster = createCluster(5)
    everywhere(cluster, 1)
    cluster.run()
    const view = cluster.nodes[0]?.engine.status().view
    const sent = cluster.nodes.map((node) => node.sent.length)
    cluster.run(600_000)
    expect(cluster.nodes.map((node) => node.sent.length)).toEqual(sent)
    expect(cluster.nodes[0]?.engine.status().view).toBe(view)
    expect(cluster.nodes.flatMap(({ reports }) => reports.filter(({ kind }) => kind === 'view-timed-out'))).toEqual([])
  })

  test('an empty block changes the standings of leaders, and that is no work for anybody', () => {
    const cluster = createCluster(4)
    everywhere(cluster, 1)
    cluster.run()
    everywhere(cluster, 2)
    cluster.run()
    const blocks = cluster.nodes[0]?.committed.map(({ block }) => block) ?? []
    const empty = blocks.findIndex(({ transactions }) => transactions.length === 0)
    expect(empty).toBeGreaterThan(0)
    expect(blocks[empty]?.header.stateRoot).not.toBe(blocks[empty - 1]?.header.stateRoot)
    expect(cluster.nodes[0]?.engine.status()).toMatchObject({ viewChanges: 0, treeSize: 2 })
    expect(cluster.nodes[0]?.engine.step({ type: 'transactions-available' }, asMillis(cluster.now()))).toEqual([])
  })
})

describe('failures', () => {
  test('a dead leader costs a view, not a transaction', () => {
    const cluster = createCluster(5)
    const dead = cluster.nodes[1] as Node
    dead.isUp = false
    for (let i = 0; i < 6; i++) {
      everywhere(cluster, i)
      cluster.run(20_000)
    }
    expectAgreement(cluster)
    for (const node of cluster.nodes) if (node !== dead) expect(txCount(node)).toBe(6)
    expect(cluster.nodes[0]?.engine.status().viewChanges).toBeGreaterThan(0)
  })

  test('two dead of five stop the network, one back brings it on', () => {
    const cluster = createCluster(5)
    const [first, second] = [cluster.nodes[3] as Node, cluster.nodes[4] as Node]
    first.isUp = second.isUp = false
    everywhere(cluster, 1)
    cluster.run(30_000)
    expect(cluster.nodes.every((node) => node.committed.length === 0)).toBe(true)
    first.restart()
    cluster.run(30_000)
    expectAgreement(cluster)
    expect(txCount(cluster.nodes[0] as Node)).toBe(1)
    expect(txCount(first)).toBe(1)
  })

  test('a validator that was down catches up to the same state root without gaps', () => {
    const cluster = createCluster(5)
    const late = cluster.nodes[2] as Node
    late.isUp = false
    for (let i = 0; i < 30; i++) {
      everywhere(cluster, i)
      cluster.run(8000)
    }
    expect(late.committed).toHaveLength(0)
    late.restart()
    cluster.run(20_000)
    everywhere(cluster, 99)
    cluster.run(20_000)
    expectAgreement(cluster)
    expect(heights(late)).toEqual(heights(cluster.nodes[0] as Node))
    expect(late.engine.status().stateRoot).toBe(cluster.nodes[0]?.engine.status().stateRoot)
  })

  test('a validator that missed the last certificate in a quiet network is told by the others', () => {
    const cluster = createCluster(5)
    const deaf = cluster.nodes[4] as Node
    let votesSeen = 0
    // It hears the finishing proposal but none of the votes for it.
    cluster.filter = (_, to, message) => !(to === deaf && message.type === 'vote' && message.vote.data.height > 1 && ++votesSeen > 0)
    everywhere(cluster, 1)
    cluster.run(200)
    cluster.filter = () => true
    expect(votesSeen).toBeGreaterThan(0)
    cluster.run(30_000)
    expect(txCount(deaf)).toBe(1)
    expectAgreement(cluster)
  })

  test('lost messages of every kind delay but never split the network', () => {
    const cluster = createCluster(4)
    let count = 0
    cluster.filter = () => count++ % 3 !== 0
    for (let i = 0; i < 10; i++) {
      everywhere(cluster, i)
      cluster.run(3000)
    }
    cluster.filter = () => true
    cluster.run(60_000)
    expectAgreement(cluster)
    for (const node of cluster.nodes) expect(txCount(node)).toBe(10)
  })

  test('when all lose power after voting and before any vote arrives, their votes still make the certificate', () => {
    const cluster = createCluster(5)
    cluster.filter = (_, __, message) => message.type !== 'vote'
    everywhere(cluster, 1)
    cluster.run(100)
    expect(cluster.nodes.every(({ committed }) => committed.length === 0)).toBe(true)
    cluster.filter = () => true
    for (const node of cluster.nodes) node.restart()
    cluster.run(500)
    expectAgreement(cluster)
    for (const node of cluster.nodes) expect({ txs: txCount(node), viewChanges: node.engine.status().viewChanges }).toEqual({ txs: 1, viewChanges: 0 })
  })

  test('a validator restarted after each message never signs two blocks in one view', () => {
    const cluster = createCluster(4)
    const victim = cluster.nodes[1] as Node
    const votes = new Map<number, Set<string>>()
    cluster.filter = (from, _, message) => {
      if (from === victim && message.type === 'vote') {
        const { view, blockHash } = message.vote.data
        votes.set(view, (votes.get(view) ?? new Set()).add(blockHash))
      }
      return true
    }
    for (let i = 0; i < 15; i++) {
      everywhere(cluster, i)
      cluster.run(6)
      victim.restart()
      cluster.run(9)
      victim.restart()
    }
    cluster.run(60_000)
    expect(votes.size).toBeGreaterThan(5)
    for (const [view, hashes] of votes) expect({ view, blocks: hashes.size }).toEqual({ view, blocks: 1 })
    expectAgreement(cluster)
    for (const node of cluster.nodes) expect(txCount(node)).toBe(15)
  })
})

describe('leaders that fail', () => {
  const down = (cluster: Cluster, i: number, txs: number, from = 0): void => {
    (cluster.nodes[i] as Node).isUp = false
    for (let n = from; n < from + txs; n++) {
      everywhere(cluster, n)
      cluster.run(20_000)
    }
  }

  test('are named in the block that follows, in every order of views', () => {
    const cluster = createCluster(5)
    down(cluster, 2, 6)
    const blocks = (cluster.nodes[0] as Node).committed.map(({ block }) => block)
    const late = blocks.filter(({ header }) => header.failedLeaders.length > 0)
    expect(late.length).toBeGreaterThan(0)
    for (const { header, justify } of late) {
      expect(header.failedLeaders).toHaveLength(header.view - justify.data.view - 1)
      expect(new Set(header.failedLeaders)).toEqual(new Set([cluster.nodes[2]?.id]))
    }
  })

  test('soon cost nothing: of forty blocks with one validator dead at most a few lose a view', () => {
    const cluster = createCluster(5)
    down(cluster, 1, 20)
    const [node] = cluster.nodes as [Node]
    const { standings, viewChanges } = node.engine.status()
    expect(standings[1]?.score).toBeLessThanOrEqual(10)
    expect(standings[1]?.failures).toBe(viewChanges)
    expect(viewChanges).toBeLessThanOrEqual(4)
    expect(txCount(node)).toBe(20)
  })

  test('lead again when they are back', () => {
    const cluster = createCluster(4)
    down(cluster, 1, 10)
    const dead = cluster.nodes[1] as Node
    dead.restart()
    for (let n = 100; n < 260; n++) {
      everywhere(cluster, n)
      cluster.run(20_000)
    }
    expectAgreement(cluster)
    expect(cluster.nodes[0]?.engine.status().standings[1]?.score).toBeGreaterThan(50)
    expect(dead.committed.slice(-12).map(({ block }) => block.header.proposer)).toContain(dead.id)
  })

  test('and everybody down in turn never stops the network', () => {
    const cluster = createCluster(4)
    let n = 0
    for (const i of [0, 1, 2, 3, 0, 1, 2, 3]) {
      down(cluster, i, 3, n)
      n += 3
      ;(cluster.nodes[i] as Node).restart()
      cluster.run(5000)
    }
    expectAgreement(cluster)
    for (const node of cluster.nodes) expect(txCount(node)).toBe(n)
  })
})
