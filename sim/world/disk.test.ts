import { describe, expect, test } from 'vitest'
import { asView } from '../../domain/ids.js'
import { firstSafetyRecord } from '../../consensus/node/recover.js'
import type { SafetyRecord } from '../../consensus/core/safety-rules.js'
import { createRandom } from '../kernel/random.js'
import { damage } from './damage.js'
import { createDisk, DiskRefused } from './disk.js'
import { networkOf } from './network-of.js'

const { genesis, set } = networkOf(4)
const [validator] = set.validators
const identity = { chainId: set.chainId, publicKey: (validator as { publicKey: Uint8Array }).publicKey }
const recordOf = (view: number): SafetyRecord => ({ ...firstSafetyRecord(genesis), lastVotedView: asView(view) })

const diskWith = (...views: readonly number[]) => {
  const disk = createDisk(identity, recordOf(0))
  for (const view of views) disk.saveSafety(recordOf(view))
  return disk
}
const votedAfter = (disk: ReturnType<typeof createDisk>): number => disk.readSafety().lastVotedView

describe('the safety record on a simulated disk', () => {
  test('what was written whole is what is read', () => {
    expect(votedAfter(diskWith(1, 2, 9))).toBe(9)
  })

  test('of a write that the power cut short nothing is left, however much of it was written', () => {
    for (let percent = 0; percent < 100; percent++) {
      const disk = diskWith(1, 2)
      disk.saveSafety(recordOf(3), percent / 100)
      expect(votedAfter(disk)).toBe(2)
      disk.saveSafety(recordOf(4))
      expect(votedAfter(disk)).toBe(4)
    }
  })

  test('a torn tail costs nothing that was durable', () => {
    for (let seed = 0; seed < 50; seed++) {
      const disk = diskWith(1, 2, 3)
      damage(disk, 'torn', createRandom(seed))
      expect(votedAfter(disk)).toBe(3)
    }
  })

  test('a flipped bit before the newest entry is refused', () => {
    for (let seed = 0; seed < 50; seed++) {
      const disk = diskWith(1, 2, 3)
      damage(disk, 'flipped', createRandom(seed))
      expect(() => disk.readSafety()).toThrow(expect.objectContaining({ code: 'CORRUPT' }) as Error)
    }
  })

  test('a lost record is refused, an older copy is believed, a forgotten one starts anew', () => {
    const lost = diskWith(5)
    damage(lost, 'lost', createRandom(1))
    expect(() => lost.readSafety()).toThrow(expect.objectContaining({ code: 'MISSING' }) as Error)
    const stale = diskWith(5, 6, 7)
    damage(stale, 'stale', createRandom(1))
    expect(votedAfter(stale)).toBeLessThan(7)
    const forgotten = diskWith(5)
    damage(forgotten, 'forgotten', createRandom(1))
    expect(votedAfter(forgotten)).toBe(0)
  })

  test('a disk that refuses keeps what it had', () => {
    const disk = diskWith(1)
    disk.refuses = 'ENOSPC'
    expect(() => disk.saveSafety(recordOf(2))).toThrow(DiskRefused)
    disk.refuses = undefined
    expect(votedAfter(disk)).toBe(1)
  })

  test('the file is started anew with its newest record when it has grown, and the sequence goes on', () => {
    const disk = createDisk(identity, recordOf(0))
    let largest = 0
    for (let view = 1; view <= 3000; view++) {
      disk.saveSafety(recordOf(view))
      largest = Math.max(largest, disk.safetyFile?.length ?? 0)
    }
    expect(largest).toBeLessThan(300 * 1024)
    expect(votedAfter(disk)).toBe(3000)
  })
})
