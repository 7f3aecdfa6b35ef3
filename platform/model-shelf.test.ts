import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashes, modelBytes } from '../domain/scoring/testing/known.js'
import { openModelShelf } from './model-shelf.js'

describe('a shelf of models', () => {
  let folder: string
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'cybermesh-models-')) })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('finds a model by the hash of its file, whatever the file is called, also one that is put there later', () => {
    const place = join(folder, 'later')
    let now = 0
    const shelf = openModelShelf([join(folder, 'nowhere'), place], undefined, () => now)
    expect(shelf.find(hashes.modelHash)).toBeUndefined()
    mkdirSync(join(place, 'ddos'), { recursive: true })
    writeFileSync(join(place, 'ddos', 'any name'), modelBytes)
    // It does not look at the disk for every message.
    expect(shelf.find(hashes.modelHash)).toBeUndefined()
    now = 2000
    expect(shelf.find(hashes.modelHash)).toMatchObject(hashes)
    expect(shelf.held()).toEqual([hashes.modelHash])
  })

  test('never gives under a hash what was written over its file since', () => {
    const place = join(folder, 'overwritten')
    mkdirSync(place)
    writeFileSync(join(place, 'm'), modelBytes)
    const shelf = openModelShelf([place])
    writeFileSync(join(place, 'm'), modelBytes.subarray(1))
    expect(shelf.find(hashes.modelHash)).toBeUndefined()
    expect(shelf.held()).toEqual([])
  })

  test('says of a file that is no model why it cannot be used, once', () => {
    const place = join(folder, 'broken')
    mkdirSync(place)
    writeFileSync(join(place, 'm'), 'tree\nversion=v4\n')
    const faults: string[] = []
    const shelf = openModelShelf([place], (sentence) => faults.push(sentence))
    const [hash] = shelf.held() as [string]
    expect([shelf.find(hash), shelf.find(hash)]).toEqual([undefined, undefined])
    expect(faults).toEqual([expect.stringContaining('line 3: ends before "end of trees"')])
  })
})
