import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { openLmdb } from './open.js'
import { watchCommits } from './watch-commits.js'

describe('watching the commits of a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-watch-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is told of every commit, also of those through another handle', async () => {
    const path = join(folder, 'told')
    const root = openLmdb(path)
    let writes = 0
    const watch = watchCommits(path, () => { writes++ })
    expect(watch.isWatching()).toBe(true)
    for (let i = 0; i < 5; i++) {
      const before = writes
      root.transactionSync(() => root.putSync(`key ${i}`, i))
      await vi.waitFor(() => expect(writes).toBeGreaterThan(before), { timeout: 5000, interval: 1 })
    }
    watch.close()
    await root.close()
  })

  it('says where it cannot watch, so that the caller looks by itself', () => {
    const watch = watchCommits(join(folder, 'nothing-here'), () => undefined)
    expect(watch.isWatching()).toBe(false)
    watch.close()
  })
})
