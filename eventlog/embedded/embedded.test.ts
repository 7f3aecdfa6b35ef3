import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLmdb } from '../../platform/lmdb/open.js'
import { describeEventLogContract } from '../testing/contract/index.js'
import { appendOf } from '../testing/events.js'
import { openEmbeddedLog } from './index.js'

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'cybermesh-log-'))

describeEventLogContract('embedded', async () => {
  const path = await newFolder()
  return { open: (options) => openEmbeddedLog(path, options), drop: () => Promise.resolve(), destroy: () => rm(path, { recursive: true, force: true }) }
})

describeEventLogContract('embedded, each append by the thread for large ones', async () => {
  const path = await newFolder()
  return { open: (options) => openEmbeddedLog(path, { ...options, largeEvents: 1 }), drop: () => Promise.resolve(), destroy: () => rm(path, { recursive: true, force: true }) }
})

describe('opening an embedded log', () => {
  let path: string
  beforeEach(async () => { path = await newFolder() })
  afterEach(() => rm(path, { recursive: true, force: true }))

  test('a log of another format is refused with both versions named', async () => {
    const root = openLmdb(path)
    await root.openDB('meta', { encoding: 'json' }).put('marker', { format: 9, chainId: null })
    await root.close()
    await expect(openEmbeddedLog(path)).rejects.toMatchObject({ code: 'OTHER_FORMAT', message: expect.stringMatching(/format 9.*reads 1, 2, 3/) as string })
  })

  test('a log of another chain is refused; the first chain named owns the log', async () => {
    await (await openEmbeddedLog(path)).close()
    await (await openEmbeddedLog(path, { chainId: 'aa' })).close()
    await expect(openEmbeddedLog(path, { chainId: 'bb' })).rejects.toMatchObject({ code: 'OTHER_CHAIN' })
    await (await openEmbeddedLog(path)).close()
  })

  test('a folder without a log is an error where none may be created', async () => {
    await expect(openEmbeddedLog(join(path, 'absent'), { create: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a file in the place of the folder is a clear error', async () => {
    await expect(openEmbeddedLog('/dev/null/log')).rejects.toMatchObject({ name: 'StorageError' })
  })

  test('a closed log refuses to append', async () => {
    const log = await openEmbeddedLog(path)
    await log.close()
    await expect(log.append([appendOf('a', 'any', 1)])).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
