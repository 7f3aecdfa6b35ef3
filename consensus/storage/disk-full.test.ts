import type * as Fs from 'node:fs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signerOf } from '../../domain/execution/testing/network.js'
import { asHex32, type ChainId } from '../../domain/ids.js'
import { StorageError } from '../../platform/lmdb/storage-error.js'
import { createSafetyFile, openSafetyStore } from './safety-record/store.js'
import { recordOf } from './testing/records.js'

const disk = vi.hoisted(() => ({ fails: undefined as string | undefined }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>()
  const refuse = (): void => {
    if (disk.fails !== undefined) throw Object.assign(new Error(`${disk.fails}: write failed`), { code: disk.fails })
  }
  return {
    ...fs,
    writeSync: ((...args: Parameters<typeof fs.writeSync>) => { refuse(); return fs.writeSync(...args) }) as typeof fs.writeSync,
  }
})

const identity = { chainId: asHex32<ChainId>('ab'.repeat(32)), publicKey: signerOf('v0').publicKey }
let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cybermesh-full-')) })
afterEach(() => { disk.fails = undefined; rmSync(folder, { recursive: true }) })

test.each([['ENOSPC', 'DISK_FULL', /disk that holds .* is full; free some space/], ['EIO', 'IO', /EIO/], ['EACCES', 'NO_ACCESS', /cannot be written/]])(
  'a safety record that meets %s throws %s and keeps what was acknowledged', (errno, code, sentence) => {
    const path = join(folder, 'safety.record')
    createSafetyFile(path, identity, recordOf(0))
    const store = openSafetyStore(path, identity)
    store.save(recordOf(1))
    disk.fails = errno
    const thrown = (() => { try { store.save(recordOf(2)) } catch (error) { return error } })()
    expect(thrown).toBeInstanceOf(StorageError)
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(sentence) as string })
    expect(store.record.lastVotedView).toBe(1)
    disk.fails = undefined
    store.close()
    const again = openSafetyStore(path, identity)
    expect(again.record.lastVotedView).toBe(1)
    again.close()
  })

test('after a write failed nothing is saved until the validator restarts, even where the disk has room again', () => {
  const path = join(folder, 'safety.record')
  createSafetyFile(path, identity, recordOf(0))
  const store = openSafetyStore(path, identity)
  disk.fails = 'EIO'
  expect(() => store.save(recordOf(1))).toThrow(StorageError)
  disk.fails = undefined
  expect(() => store.save(recordOf(1))).toThrow(/nothing more is signed until this validator is restarted/)
  store.close()
})
