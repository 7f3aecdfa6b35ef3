import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bytesToHex, utf8ToBytes } from '../../domain/bytes.js'
import { sha256 } from '../../domain/hash.js'
import { KeyFileError, readKeyFile, writeKeyFile } from './key-file.js'

const seed = sha256(utf8ToBytes('key file'))
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-file-'))
  path = join(folder, 'validator.key')
})
afterEach(() => rmSync(folder, { recursive: true }))

function faultOf(run: () => unknown): KeyFileError {
  try {
    run()
  } catch (error) {
    if (error instanceof KeyFileError) return error
    throw error
  }
  throw new Error('expected a KeyFileError')
}
const rewrite = (change: (content: Record<string, unknown>) => unknown) => {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))), { mode: 0o600 })
}

describe('a key file', () => {
  test('gives back the key that was written and is open to its owner alone', () => {
    const written = writeKeyFile(path, seed)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const read = readKeyFile(path)
    expect(bytesToHex(read.publicKey)).toBe(bytesToHex(written.publicKey))
    expect(bytesToHex(read.sign(seed))).toBe(bytesToHex(written.sign(seed)))
  })

  test('is never overwritten', () => {
    writeKeyFile(path, seed)
    expect(faultOf(() => writeKeyFile(path, sha256(seed)))).toMatchObject({ fault: 'exists' })
    expect(readFileSync(path, 'utf8')).toContain(bytesToHex(seed))
  })

  test('is refused when group or world may read it, and the error says how to mend that', () => {
    writeKeyFile(path, seed)
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      chmodSync(path, mode)
      const error = faultOf(() => readKeyFile(path))
      expect(error).toMatchObject({ fault: 'too-open', field: 'mode' })
      expect(error.message).toContain(`chmod 600 ${path}`)
    }
  })

  test('names what is wrong and never quotes the seed', () => {
    expect(faultOf(() => readKeyFile(path))).toMatchObject({ fault: 'missing' })
    expect(faultOf(() => writeKeyFile(join(folder, 'no', 'such'), seed))).toMatchObject({ fault: 'unreadable' })
    expect(faultOf(() => writeKeyFile(path, seed.slice(1)))).toMatchObject({ fault: 'malformed', field: 'seed' })
    writeKeyFile(path, seed)
    const faults: KeyFileError[] = []
    rewrite((content) => ({ ...content, publicKey: 'ab'.repeat(32) }))
    faults.push(faultOf(() => readKeyFile(path)))
    expect(faults[0]).toMatchObject({ fault: 'mismatch', field: 'publicKey' })
    rewrite((content) => ({ ...content, seed: `${String(content.seed)}00` }))
    faults.push(faultOf(() => readKeyFile(path)))
    expect(faults[1]).toMatchObject({ fault: 'malformed', field: 'seed' })
    writeFileSync(path, `${bytesToHex(seed)} is no JSON`)
    faults.push(faultOf(() => readKeyFile(path)))
    expect(faults[2]).toMatchObject({ fault: 'malformed', field: 'file' })
    for (const fault of faults) expect(fault.message).not.toContain(bytesToHex(seed).slice(0, 8))
  })
})
