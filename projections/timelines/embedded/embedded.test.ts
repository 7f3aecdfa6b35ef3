import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLmdb } from '../../../platform/lmdb/open.js'
import { packageFile } from '../../../platform/package-root.js'
import { describeTimelineStoreContract } from '../../testing/timeline-store-contract.js'
import { published } from '../../testing/sample-log.js'
import { foldTimelines } from '../fold.js'
import { openEmbeddedTimelines } from './index.js'

describeTimelineStoreContract('embedded', () => {
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-timelines-'))
  return Promise.resolve({
    open: () => openEmbeddedTimelines(path),
    destroy: () => Promise.resolve(rmSync(path, { recursive: true, force: true })),
  })
})

test('the raw score comes from the payload of the message', () => {
  const vectors = JSON.parse(readFileSync(packageFile('test', 'fixtures', 'vectors', 'original-messages.json'), 'utf8')) as { anomaly: { wire: string } }
  const event = published('a', 1, { message: Buffer.from(vectors.anomaly.wire, 'hex').toString('base64') })
  const recorded = { id: 'id', stream: 's', revision: 0, position: 0 as never, event }
  const { hashes } = foldTimelines([{ kind: 'event', position: 0 as never, bytes: new Uint8Array(), recorded }])
  expect([...hashes.values()][0]).toMatchObject({ state: 'PUBLISHED', raw_score: '0.91', confidence: '0.93' })
})

test('a rebuild that is equal keeps what it built to go back to, and going back finds it, dead letters and all', async () => {
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-timelines-'))
  const live = await openEmbeddedTimelines(path)
  const update = { name: 'timelines', version: 1, from: 0 as never, next: { position: 5 as never, lastEventId: undefined, lastEventAt: undefined } }
  const content = { scores: new Map([['anomaly:timeline:all', [{ member: 'b', score: 2 }, { member: 'a', score: 1 }]]]), hashes: new Map([['anomaly:a', { state: 'PUBLISHED' }]]) }
  await live.apply({ ...update, ...content, deadLetters: [{ position: 3 as never, eventId: undefined, eventType: undefined, error: 'cannot be read' }] })
  const rebuild = await live.beginRebuild()
  await rebuild.store.apply({ ...update, ...content, deadLetters: [] })
  expect(await rebuild.replaceLive('timelines', 1)).toBe('equal')
  await rebuild.end()
  const previous = await live.beginRollBack()
  expect(await previous.store.deadLetters('timelines', 1)).toMatchObject([{ position: 3, error: 'cannot be read' }])
  expect(await previous.store.zrangeByScore('anomaly:timeline:all')).toEqual([{ member: 'a', score: 1 }, { member: 'b', score: 2 }])
  await previous.store.apply({ ...update, from: 5 as never, next: { ...update.next, position: 6 as never }, scores: new Map(), hashes: new Map([['anomaly:a', { state: 'COMMITTED' }], ['anomaly:b', { state: 'PUBLISHED' }]]), deadLetters: [] })
  await live.apply({ ...update, from: 5 as never, next: { ...update.next, position: 6 as never }, scores: new Map([['anomaly:timeline:all', [{ member: 'c', score: 3 }]]]), hashes: new Map(), deadLetters: [] })
  expect(await previous.replaceLive('timelines', 1)).toBe('different')
  expect(previous.differences?.()).toMatchObject([
    { table: 'members', onlyLive: 1, onlyRebuilt: 0, differing: 0 }, { table: 'order', onlyLive: 1, onlyRebuilt: 0, differing: 0 },
    { table: 'sizes', differing: 1 }, { table: 'hashes', onlyLive: 0, onlyRebuilt: 1, differing: 1 },
  ])
  await previous.end()
  expect(await live.hgetall('anomaly:b')).toEqual({ state: 'PUBLISHED' })
  const back = await live.beginRollBack()
  expect(await back.store.zcard('anomaly:timeline:all')).toBe(3)
  await back.end()
  await live.close()
  rmSync(path, { recursive: true, force: true })
})

test('a folder that had an entry for each member of each set is taken over when it is opened', async () => {
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-timelines-'))
  const former = openLmdb(path)
  const entries: readonly (readonly [string, string, number])[] = [['all', 'a', 1], ['all', 'b', 2], ['COMMITTED', 'a', 3]]
  for (const [set, member, score] of entries) {
    former.openDB<number, [string, string]>('members', { encoding: 'json' }).putSync([set, member], score)
    former.openDB<true, [string, number, string]>('order', { encoding: 'json' }).putSync([set, score, member], true)
  }
  former.openDB<number, string>('sizes', { encoding: 'json' }).putSync('all', 2)
  former.openDB<number, string>('sizes', { encoding: 'json' }).putSync('COMMITTED', 1)
  await former.close()

  const store = await openEmbeddedTimelines(path)
  const update = { name: 'timelines', version: 1, from: 0 as never, next: { position: 1 as never, lastEventId: undefined, lastEventAt: undefined }, hashes: new Map(), deadLetters: [] }
  await store.apply({ ...update, scores: new Map([['all', [{ member: 'a', score: 5 }]], ['COMMITTED', [{ member: 'a', score: 3 }, { member: 'b', score: 4 }]]]) })
  expect(await store.zrangeByScore('all')).toEqual([{ member: 'b', score: 2 }, { member: 'a', score: 5 }])
  expect(await store.zrangeByScore('COMMITTED')).toEqual([{ member: 'a', score: 3 }, { member: 'b', score: 4 }])
  expect([await store.zcard('all'), await store.zcard('COMMITTED')]).toEqual([2, 2])
  const rebuild = await store.beginRebuild()
  await rebuild.store.apply({ ...update, scores: new Map([['COMMITTED', [{ member: 'b', score: 4 }, { member: 'a', score: 3 }]], ['all', [{ member: 'b', score: 2 }, { member: 'a', score: 5 }]]]) })
  expect(await rebuild.replaceLive('timelines', 1)).toBe('equal')
  await rebuild.end()
  await store.close()
  rmSync(path, { recursive: true, force: true })
})
