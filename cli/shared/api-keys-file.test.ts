import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { addApiKey, loadApiKeys, removeApiKey, watchApiKeys } from './api-keys-file.js'

describe('the file of API keys', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cybermesh-keys-'))
    path = join(folder, 'api-keys.json')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('is made with the first key, is for its owner alone, and has only hashes', () => {
    const key = addApiKey(path, 'alice', 'viewer')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8')).not.toContain(key)
    expect(loadApiKeys(path)).toMatchObject([{ name: 'alice', role: 'viewer' }])
  })

  test('has each name once, and says which it has', () => {
    addApiKey(path, 'alice', 'viewer')
    expect(() => addApiKey(path, 'alice', 'operator')).toThrow(expect.objectContaining({ code: 'NAME_TAKEN' }))
    expect(() => addApiKey(path, 'a b', 'operator')).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
    expect(() => removeApiKey(path, 'bob')).toThrow(/it has alice/)
    removeApiKey(path, 'alice')
    expect(loadApiKeys(path)).toEqual([])
  })

  test('is read again when it changes, and lets nobody in while it is wrong', () => {
    addApiKey(path, 'alice', 'viewer')
    const now = vi.spyOn(performance, 'now').mockReturnValue(0)
    const wrong: string[] = []
    const keys = watchApiKeys(path, (sentence) => wrong.push(sentence))
    const later = (ms: number) => { now.mockReturnValue(ms) }
    addApiKey(path, 'bob', 'auditor')
    later(1000)
    expect(keys().map(({ name }) => name)).toEqual(['alice', 'bob'])
    writeFileSync(path, '[{}]')
    later(2000)
    expect(keys()).toEqual([])
    expect(wrong).toEqual([expect.stringContaining('0.name')])
    now.mockRestore()
  })

  test('that cannot be read stops the start', () => {
    expect(() => watchApiKeys(path, () => undefined)).toThrow(expect.objectContaining({ code: 'BAD_API_KEYS' }))
  })
})
