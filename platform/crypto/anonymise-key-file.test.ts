import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { anonymiseKeyId, readAnonymiseKey, readOrMakeAnonymiseKey } from './anonymise-key-file.js'

const folder = mkdtempSync(join(tmpdir(), 'cybermesh-key-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the key that maps addresses', () => {
  test('is made on first use, for its owner alone, and is the same the next time', () => {
    const path = join(folder, 'new.key')
    const key = readOrMakeAnonymiseKey(path)
    expect(key.length).toBe(32)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readOrMakeAnonymiseKey(path)).toEqual(key)
    expect(readOrMakeAnonymiseKey(join(folder, 'other.key'))).not.toEqual(key)
    expect(anonymiseKeyId(key)).toMatch(/^[0-9a-f]{16}$/)
  })

  test('is refused where others can read it, where it is none and where it is missing, and is not told', () => {
    const path = join(folder, 'open.key')
    writeFileSync(path, 'ab'.repeat(32))
    chmodSync(path, 0o644)
    expect(() => readAnonymiseKey(path)).toThrow(/chmod 600/)
    chmodSync(path, 0o600)
    expect(readAnonymiseKey(path)).toEqual(new Uint8Array(32).fill(0xab))
    writeFileSync(path, 'secret')
    expect(() => readAnonymiseKey(path)).toThrow(/64 lowercase hex digits/)
    expect(() => readAnonymiseKey(path)).not.toThrow(/secret/)
    expect(() => readAnonymiseKey(join(folder, 'nowhere.key'))).toThrow(/does not exist/)
    expect(() => readOrMakeAnonymiseKey(join(folder, 'no', 'folder.key'))).toThrow(/cannot be created/)
  })
})
