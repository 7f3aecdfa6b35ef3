import { expect, test } from 'vitest'
import { createRebuildProgress } from './rebuild-progress.js'

test('tells percent, rate and time left of each rebuild that runs', () => {
  let nowMs = 0
  const lines: string[] = []
  const progress = createRebuildProgress({ show: (line) => lines.push(line) }, () => nowMs)
  progress.saw({ name: 'blocks', position: 0, lagEvents: 10_000 })
  nowMs = 2000
  progress.saw({ name: 'blocks', position: 5000, lagEvents: 5000 })
  progress.saw({ name: 'audit', position: 0, lagEvents: 0 })
  progress.ended('blocks')
  progress.saw({ name: 'audit', position: 0, lagEvents: 4 })
  expect(lines).toEqual([
    'blocks 0 % (0 of 10000)',
    'blocks 50 % (5000 of 10000, 2500 events/s, 2 s left)',
    'blocks 50 % (5000 of 10000, 2500 events/s, 2 s left); audit 100 % (0 of 0)',
    'audit 0 % (0 of 4)',
  ])
})
