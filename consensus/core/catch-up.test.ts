import { describe, expect, test } from 'vitest'
import { BLOCK_TIME, txOf } from '../../domain/execution/testing/network.js'
import { asHeight, asMillis } from '../../domain/ids.js'
import type { Block } from '../../domain/block.js'
import { blockOn, idOf, proposalOf, qcOf, root } from './testing/forge.js'
import { createOneCore, fetchesIn, type OneCore } from './testing/one-core.js'

const chain: Block[] = []
for (let view = 1; view <= 8; view++) chain.push(blockOn(chain.at(-1) ?? root, view, view % 2 === 1 ? { transactions: [txOf(100 + view), txOf(200 + view)] } : {}))
const at = (height: number): Block => chain[height - 1] as Block
const target = at(8)
const twinOf = (height: number): Block => blockOn(height === 1 ? root : at(height - 1), height, { timestamp: asMillis(BLOCK_TIME + 1) })

/** A core that was just told by validator 1 that the block of height 8 is certified. */
function behind(): OneCore {
  const core = createOneCore(0)
  const effects = core.hear({ type: 'sync-info', info: { highQc: qcOf(target), highTc: undefined, committedHeight: asHeight(7) } })
  expect(fetchesIn(effects)).toEqual([{ type: 'fetch', from: idOf(1), target: target.hash, fromHeight: 1 }])
  return core
}
const answer = (core: OneCore, blocks: readonly Block[], from = 1) => core.submit({ type: 'blocks', from: idOf(from), target: target.hash, blocks })

describe('a node that is behind', () => {
  test('takes a whole chain from one honest answer and commits all but the last', () => {
    const core = behind()
    answer(core, chain)
    expect(core.committed.map(({ block }) => block.header.height)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(core.engine.status()).toMatchObject({ view: 9, highQcView: 8 })
  })

  test('goes on where an answer ended, with the same peer', () => {
    const core = behind()
    const effects = answer(core, chain.slice(0, 4))
    expect(fetchesIn(effects)).toMatchObject([{ from: idOf(1), target: target.hash, fromHeight: 3 }])
    answer(core, chain.slice(2))
    expect(core.engine.status().committedHeight).toBe(7)
  })

  test('has one request under way however many certificates it hears of, and asks for the newest when it ends', () => {
    const core = createOneCore(0)
    const told = (height: number, from: number) =>
      fetchesIn(core.hear({ type: 'sync-info', info: { highQc: qcOf(at(height)), highTc: undefined, committedHeight: asHeight(height - 1) } }, from))
    expect(told(4, 1)).toHaveLength(1)
    for (const height of [5, 6, 7, 8]) expect(told(height, 2)).toEqual([])
    const effects = core.submit({ type: 'blocks', from: idOf(1), target: at(4).hash, blocks: chain.slice(0, 4) })
    expect(fetchesIn(effects)).toEqual([{ type: 'fetch', from: idOf(1), target: target.hash, fromHeight: 3 }])
    answer(core, chain.slice(2))
    expect(core.engine.status()).toMatchObject({ committedHeight: 7, highQcView: 8 })
  })

  test('takes certified blocks of any age: the clock is asked only for votes', () => {
    const core = createOneCore(0)
    core.now += 86_400_000
    core.hear({ type: 'sync-info', info: { highQc: qcOf(target), highTc: undefined, committedHeight: asHeight(7) } })
    answer(core, chain)
    expect(core.engine.status().committedHeight).toBe(7)
  })

  test('never touches what it remembers of its own votes', () => {
    const core = behind()
    expect(answer(core, chain).some(({ type }) => type === 'persist-safety')).toBe(false)
  })
})

describe('a lying peer', () => {
  const swapped: Block = { ...at(3), transactions: [...at(3).transactions].reverse() }
  const forgedQc: Block = blockOn(at(4), 5, { justify: { ...qcOf(at(4)), signatures: qcOf(twinOf(4)).signatures } })
  const lies: readonly [string, readonly Block[], number][] = [
    ['nothing', [], 0],
    ['another chain', [twinOf(1), blockOn(twinOf(1), 2, { justify: qcOf(twinOf(1), [0, 1, 2]) })], 0],
    ['a block that no quorum certified at the end', [at(1), at(2), at(3), twinOf(4)], 3],
    ['only a block that no quorum certified', [twinOf(1)], 0],
    ['swapped transactions', [at(1), at(2), swapped, ...chain.slice(3)], 2],
    ['a certificate with signatures of another block', [at(1), at(2), at(3), at(4), forgedQc], 3],
    ['a gap', [at(1), at(2), ...chain.slice(4)], 1],
    ['the wrong order', [at(2), at(1)], 0],
    ['the target without its ancestors', [target], 0],
  ]
  test.each(lies)('that sends %s puts nothing else into the tree, and the next peer is asked', (_, blocks, sound) => {
    const core = behind()
    const effects = answer(core, blocks)
    const { committedHeight, treeSize } = core.engine.status()
    expect(committedHeight + treeSize - 1).toBe(sound)
    const asked = fetchesIn(effects).filter((fetch) => fetch.target === target.hash)
    expect(asked).toHaveLength(1)
    const [next] = asked
    // Whoever brought the chain on is asked again; one that brought nothing is not.
    if (sound === 0) expect(next?.from).toBe(idOf(2))
    const honest = next?.from === idOf(2) ? 2 : 1
    answer(core, chain, honest)
    expect(core.engine.status().committedHeight).toBe(7)
  })

  test('that repeats old blocks is not asked for ever', () => {
    const core = behind()
    answer(core, chain.slice(0, 4))
    expect(core.engine.status().committedHeight).toBe(2)
    const effects = answer(core, chain.slice(0, 2))
    expect(fetchesIn(effects)).toMatchObject([{ from: idOf(2), target: target.hash }])
  })

  test('that answers what it was not asked is not heard', () => {
    const core = behind()
    expect(answer(core, chain, 3)).toEqual([])
    expect(core.submit({ type: 'blocks', from: idOf(1), target: at(5).hash, blocks: chain })).toEqual([])
    expect(core.engine.status().treeSize).toBe(1)
  })

  test('cannot have a block fetched that no certificate names', () => {
    const core = createOneCore(0)
    const uncertified = blockOn(root, 1, { timestamp: asMillis(BLOCK_TIME + 5) })
    const trap = blockOn(at(1), 2, { parentHash: uncertified.hash })
    expect(fetchesIn(core.propose(proposalOf(trap)))).toEqual([])
  })

  test('every peer is asked twice, then the node rests until something new is said', () => {
    const core = behind()
    const asked: string[] = []
    let effects = core.submit({ type: 'fetch-failed', from: idOf(1), target: target.hash })
    for (let fetches = fetchesIn(effects); fetches[0] !== undefined; fetches = fetchesIn(effects)) {
      asked.push(fetches[0].from)
      effects = core.submit({ type: 'fetch-failed', from: fetches[0].from, target: target.hash })
      expect(asked.length).toBeLessThan(20)
    }
    expect(asked).toHaveLength(9)
    expect(asked).not.toContain(idOf(0))
    expect(new Set(asked).size).toBe(4)
  })

  test('a rest ends with the view timer, so that a quiet network heals too', () => {
    const core = behind()
    let [fetch] = fetchesIn(core.submit({ type: 'fetch-failed', from: idOf(1), target: target.hash }))
    while (fetch !== undefined) [fetch] = fetchesIn(core.submit({ type: 'fetch-failed', from: fetch.from, target: target.hash }))
    expect(fetchesIn(core.submit({ type: 'timer', view: core.engine.status().view }))).toHaveLength(1)
  })
})

test('a certified block whose state we cannot reproduce is an alarm, and is not taken', () => {
  const bad = blockOn(root, 1, { transactions: [txOf(1)], stateRoot: root.header.stateRoot })
  const core = createOneCore(0)
  core.hear({ type: 'sync-info', info: { highQc: qcOf(bad), highTc: undefined, committedHeight: asHeight(0) } })
  core.submit({ type: 'blocks', from: idOf(1), target: bad.hash, blocks: [bad] })
  expect(core.reports.filter(({ kind }) => kind === 'safety-alarm')).toMatchObject([{ reason: 'certified block 1: state-root-differs here' }])
  expect(core.engine.status().treeSize).toBe(1)
})
