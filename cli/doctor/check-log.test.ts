import { describe, expect, test } from 'vitest'
import { genesisBlock, writeHeader, type Block } from '../../domain/block.js'
import { ByteWriter } from '../../domain/bytes.js'
import type { DomainEvent } from '../../domain/events/schema.js'
import { genesisState } from '../../domain/execution/execute.js'
import { asMillis, asPosition } from '../../domain/ids.js'
import { createTestChain } from '../../eventlog/recorder/testing/chain.js'
import { createTestNetwork } from '../../eventlog/recorder/testing/network.js'
import { admitted, anomalyId, block, committed, expired, PRODUCER, published, rejected, SAMPLE, timedOut } from '../../projections/testing/sample-log.js'
import { checkLedger, judgeLedger } from './check-ledger.js'
import { checkLifecycles } from './check-lifecycles.js'
import { checkLogChain } from './check-log-chain.js'
import { checkLogOrder } from './check-log-order.js'
import { checkPlacements } from './check-placements.js'
import { entriesOf, judge } from './testing/entries.js'

describe('the order of the log', () => {
  test('a whole log passes', () => {
    expect(judge(checkLogOrder(), entriesOf(SAMPLE))).toMatchObject([{ level: 'ok' }])
  })

  test('a missing position is named', () => {
    const entries = entriesOf(SAMPLE).filter(({ position }) => position !== 4 && position !== 5)
    expect(judge(checkLogOrder(), entries)[0]).toMatchObject({ level: 'fail', sentence: expect.stringContaining('positions 4 to 5 are missing') as string })
  })

  test('a revision that does not follow is named with its stream', () => {
    const entries = entriesOf([published('a', 1), admitted('a', 2)])
    const [first, second] = entries
    if (first?.kind !== 'event' || second?.kind !== 'event') throw new Error('no events')
    const damaged = [first, { ...second, recorded: { ...second.recorded, revision: 7 } }]
    expect(judge(checkLogOrder(), damaged)[0]).toMatchObject({ level: 'fail', sentence: expect.stringContaining(`revision 7 of anomaly-${anomalyId('a')}, 1 comes next`) as string })
  })

  test('an event id that comes twice is named', () => {
    const entries = entriesOf([published('a', 1), published('b', 2)]).map((entry) => (entry.kind === 'event' ? { ...entry, recorded: { ...entry.recorded, id: 'same' } } : entry))
    expect(judge(checkLogOrder(), entries)[0]).toMatchObject({ level: 'fail', sentence: expect.stringContaining('repeats the event id same') as string })
  })

  test('an entry that cannot be read is named with its position', () => {
    const entries = [...entriesOf([published('a', 1)]), { kind: 'unreadable' as const, position: asPosition(1), bytes: new Uint8Array(), error: 'not JSON' }]
    expect(judge(checkLogOrder(), entries)[0]).toMatchObject({ level: 'fail', sentence: expect.stringContaining('position 1 cannot be read (not JSON)') as string })
  })
})

describe('lifecycles', () => {
  test('every legal way through the lifecycle passes', () => {
    expect(judge(checkLifecycles(), entriesOf(SAMPLE))).toMatchObject([{ level: 'ok' }])
  })

  test.each<[string, DomainEvent[], string]>([
    ['two outcomes', [published('a', 1), rejected('a', 2), expired('a', 3)], 'AnomalyExpired at position 2, though it was REJECTED'],
    ['a second publication', [published('a', 1), published('a', 2)], 'AnomalyPublished at position 1, though it was PUBLISHED'],
    ['an outcome of what was never published', [admitted('a', 1)], 'AnomalyAdmitted at position 0, though it was never published'],
    ['a commit without an admission', [published('a', 1), committed('a', 1, 0, 2)], 'AnomalyCommitted at position 1, without the AnomalyAdmitted that comes before it'],
    ['a second commit', [published('a', 1), admitted('a', 2), committed('a', 1, 0, 3), committed('a', 2, 0, 4)], 'AnomalyCommitted at position 3, though it was COMMITTED'],
    ['an admission after a timeout', [published('a', 1), timedOut('a', 31), admitted('a', 32)], 'AnomalyAdmitted at position 2, though it was TIMEOUT'],
  ])('%s is found and the anomaly is named', (_what, events, says) => {
    expect(judge(checkLifecycles(), entriesOf(events))[0]).toMatchObject({ level: 'fail', sentence: expect.stringContaining(`${anomalyId('a')}: ${says}`) as string })
  })

  test('an event in the stream of another anomaly is found', () => {
    const [entry] = entriesOf([published('a', 1)])
    if (entry?.kind !== 'event') throw new Error('no event')
    const moved = { ...entry, recorded: { ...entry.recorded, stream: 'anomaly-other' } }
    expect(judge(checkLifecycles(), [moved])[0]).toMatchObject({ level: 'fail', sentence: expect.stringContaining('it lies in the stream anomaly-other') as string })
  })
})

describe('the ledger', () => {
  test('published equals outcomes and what is in flight, in all and for each producer', () => {
    const ledger = checkLedger({ producers: [{ name: 'edge', publicKey: PRODUCER, schemes: ['v2'] }] }, [0, 9])
    expect(judge(ledger, entriesOf(SAMPLE))).toMatchObject([{ level: 'ok' }])
    expect(ledger.report()).toMatchObject({ total: { published: 5, committed: 2, rejected: 1, timeout: 0, expired: 1, inFlight: 1 }, producers: { edge: { published: 5 } } })
    expect(ledger.markAt(0)?.total.published).toBe(0)
    expect(ledger.markAt(9)?.total).toMatchObject({ published: 3, committed: 1, rejected: 1, inFlight: 1 })
  })

  test.each<[string, DomainEvent[]]>([
    ['a publication that is there twice', [published('a', 1), published('a', 2)]],
    ['an outcome of what was never published', [published('a', 1), expired('b', 2)]],
  ])('%s does not balance', (_what, events) => {
    expect(judge(checkLedger({ producers: [] }, []), entriesOf(events))[0]).toMatchObject({ level: 'fail' })
  })

  test('one producer whose books do not balance is named', () => {
    const open = { published: 2, admitted: 1, committed: 1, rejected: 0, timeout: 0, expired: 0, inFlight: 0 }
    expect(judgeLedger({ total: { ...open, inFlight: 1 }, producers: { edge: open } })).toMatchObject({ level: 'fail', sentence: expect.stringContaining('edge: 2 published = 1 committed') as string })
  })
})

describe('commits', () => {
  test('anomalies and blocks that name each other pass, whichever comes first', () => {
    expect(judge(checkPlacements(), entriesOf(SAMPLE))).toMatchObject([{ level: 'ok' }])
    expect(judge(checkPlacements(), entriesOf([committed('a', 1, 0, 4), block(1, ['a'], 4)]))).toMatchObject([{ level: 'ok' }])
  })

  test('a commit in a block that does not hold it is found', () => {
    const [finding] = judge(checkPlacements(), entriesOf([published('a', 1), admitted('a', 2), block(1, [], 4), committed('a', 1, 0, 4)]))
    expect(finding).toMatchObject({ level: 'fail', sentence: expect.stringContaining(anomalyId('a')) as string })
  })

  test('a transaction of a block that no anomaly answers for is found', () => {
    expect(judge(checkPlacements(), entriesOf([block(1, ['a'], 4)]))[0]).toMatchObject({ level: 'fail', sentence: expect.stringContaining('transaction 0 of block 1') as string })
  })
})

describe('the chain in the log', () => {
  const network = createTestNetwork()
  const chain = createTestChain(network)
  const blocks = [1, 2, 3].map(() => chain.add([]))
  const genesisHash = genesisBlock(network.set.chainId, genesisState(network.genesis).stateRoot).hash
  const hashes = blocks.map(({ hash }) => hash)
  const events = blocks.map(committedOf)
  const check = (list: readonly DomainEvent[], known: readonly string[] = hashes) => judge(checkLogChain(genesisHash, known), entriesOf(list))[0]

  test('linked blocks that the validators have too pass', () => {
    expect(check(events)).toMatchObject({ level: 'ok' })
  })

  test('a missing height is found', () => {
    expect(check([events[0], events[2]] as DomainEvent[])).toMatchObject({ level: 'fail', sentence: expect.stringContaining('height 3 stands where 2 belongs') as string })
  })

  test('a block that the validators do not have is found', () => {
    expect(check(events, [hashes[0] as string, 'ab'.repeat(32)])).toMatchObject({ level: 'fail', sentence: expect.stringContaining('height 2 is') as string })
  })

  test('a header that is not that of its block is found', () => {
    const [first] = events
    if (first?.type !== 'BlockCommitted') throw new Error('no block')
    expect(check([{ ...first, data: { ...first.data, header: Buffer.from('other').toString('base64') } }])).toMatchObject({ level: 'fail', sentence: expect.stringContaining('the header at height 1') as string })
  })

  test('blocks that were not recorded yet are a warning', () => {
    expect(check(events.slice(0, 2))).toMatchObject({ level: 'warn', sentence: expect.stringContaining('1 block not recorded yet') as string })
  })
})

function committedOf(committedBlock: Block): DomainEvent {
  const { chainId: _chainId, justifyHash: _justifyHash, failedLeaders: _failedLeaders, ...header } = committedBlock.header
  const bytes = new ByteWriter(384)
  writeHeader(bytes, committedBlock.header)
  return {
    type: 'BlockCommitted',
    data: {
      ...header, blockHash: committedBlock.hash, header: Buffer.from(bytes.finish()).toString('base64'), justify: '', certificate: '',
      certificateView: header.view, certificateSigners: [], commitCertificate: '', transactions: [], at: asMillis(0),
    },
  }
}
