import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import { openEmbeddedTimelines, type TimelineStore } from '../../projections/index.js'
import { renderReply, runTimelineCommand } from './timeline-commands.js'

let folder: string
let store: TimelineStore
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-timelines-'))
  store = await openEmbeddedTimelines(folder)
  await store.apply({
    name: 'timelines', version: 1, from: asPosition(0), next: { position: asPosition(1), lastEventId: undefined, lastEventAt: undefined }, deadLetters: [],
    scores: new Map([['set', [{ member: 'a', score: 1 }, { member: 'b', score: 2.5 }, { member: 'c', score: 4 }]]]), hashes: new Map([['anomaly:1', { state: 'COMMITTED', reason: '' }]]),
  })
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (line: string) => runTimelineCommand(store, line.split(' '))

describe('timeline commands answer as Redis does', () => {
  test.each<[string, unknown]>([
    ['ZCARD set', 3],
    ['zcard nothing', 0],
    ['ZRANGE set 0 -1', ['a', 'b', 'c']],
    ['ZRANGE set 1 1', ['b']],
    ['ZRANGE set -2 -1', ['b', 'c']],
    ['ZRANGE set 2 0', []],
    ['ZRANGE set 0 9 REV', ['c', 'b', 'a']],
    ['ZRANGE set 0 0 WITHSCORES', ['a', '1']],
    ['ZREVRANGE set 0 0', ['c']],
    ['ZRANGEBYSCORE set -inf +inf', ['a', 'b', 'c']],
    ['ZRANGEBYSCORE set 1 2.5', ['a', 'b']],
    ['ZRANGEBYSCORE set (1 (4', ['b']],
    ['ZRANGEBYSCORE set -inf +inf WITHSCORES LIMIT 1 1', ['b', '2.5']],
    ['ZREVRANGEBYSCORE set +inf 2', ['c', 'b']],
    ['HGETALL anomaly:1', { state: 'COMMITTED', reason: '' }],
    ['HGETALL anomaly:2', {}],
  ])('%s', async (line, reply) => {
    expect(await run(line)).toEqual(reply)
  })

  test.each(['DEL set', 'ZCARD', 'ZCARD set more', 'ZRANGE set 0', 'ZRANGE set a b', 'ZRANGE set 0 -1 UP', 'ZRANGEBYSCORE set low high'])('%s is one sentence that says what to do', async (line) => {
    await expect(run(line)).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(/use one of|needs|takes|understood|goes from/) as string })
  })

  test('a terminal gets numbered answers, a pipe the bare values', () => {
    expect(renderReply(3, true)).toBe('(integer) 3')
    expect(renderReply(['a', 'b'], true)).toBe('1) "a"\n2) "b"')
    expect(renderReply([], true)).toBe('(empty array)')
    expect(renderReply({ state: 'COMMITTED' }, true)).toBe('1) "state"\n2) "COMMITTED"')
    expect([renderReply(3, false), renderReply(['a', 'b'], false), renderReply({ state: 'X' }, false)]).toEqual(['3', 'a\nb', 'state\nX'])
  })
})
