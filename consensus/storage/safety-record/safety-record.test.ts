import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { signerOf } from '../../../domain/execution/testing/network.js'
import { asHex32, type ChainId } from '../../../domain/ids.js'
import { arbitraryRecord, recordOf } from '../testing/records.js'
import { encodeEntry, isFor, readEntry } from './format.js'
import { readSafetyFile, SafetyRecordError } from './read.js'
import { createSafetyFile, openSafetyStore, type SafetyStore } from './store.js'

const identity = { chainId: asHex32<ChainId>('ab'.repeat(32)), publicKey: signerOf('v0').publicKey }
let folder: string
let path: string
const opened: SafetyStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-safety-'))
  path = join(folder, 'safety.record')
})
afterEach(() => {
  for (const store of opened.splice(0)) store.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = (who = identity): SafetyStore => {
  const store = openSafetyStore(path, who)
  opened.push(store)
  return store
}
const close = (store: SafetyStore): void => {
  opened.splice(opened.indexOf(store), 1)
  store.close()
}
/** A file with records of views 0, 1, ... `last`; returns the offset of each entry and of the end. */
function writeFile(last: number): number[] {
  const entries = Array.from({ length: last + 1 }, (_, view) => encodeEntry(view, identity, recordOf(view)))
  writeFileSync(path, Buffer.concat(entries))
  return entries.reduce((offsets, { length }) => [...offsets, (offsets.at(-1) as number) + length], [0])
}
function refusal(run: () => unknown): { code: string; message: string } {
  try {
    run()
  } catch (error) {
    if (error instanceof SafetyRecordError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('nothing was refused')
}
const flip = (offset: number): void => {
  const bytes = readFileSync(path)
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 0x40, offset)
  writeFileSync(path, bytes)
}

describe('the format', () => {
  test('a record comes back as it was written', () => {
    fc.assert(fc.property(arbitraryRecord, fc.nat(), (record, sequence) => {
      const bytes = encodeEntry(sequence, identity, record)
      const outcome = readEntry(bytes, 0)
      expect(outcome).toMatchObject({ kind: 'entry', end: bytes.length, entry: { sequence, record } })
      if (outcome.kind === 'entry') expect(isFor(outcome.entry, identity)).toBe(true)
    }), { numRuns: 200 })
  })

  test('a record cut anywhere is torn, whatever it holds', () => {
    fc.assert(fc.property(arbitraryRecord, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (record, share) => {
      const bytes = encodeEntry(3, identity, record)
      const length = Math.floor(share * bytes.length)
      const part = bytes.subarray(0, length)
      const expected = length === 0 ? 'end' : 'torn'
      expect(readEntry(part, 0).kind).toBe(expected)
      // The same cut in a file that has reserve behind it.
      expect(readEntry(Buffer.concat([part, Buffer.alloc(bytes.length + 512)]), 0).kind).toBe(expected)
    }), { numRuns: 200 })
  })

  test('a record of which the disk wrote some sectors and not others is torn, wherever it begins', () => {
    fc.assert(fc.property(arbitraryRecord, fc.nat({ max: 2000 }), fc.nat(), (record, before, pick) => {
      const bytes = encodeEntry(3, identity, record)
      const file = Buffer.concat([Buffer.alloc(before, 1), bytes, Buffer.alloc(600)])
      const sectors = Math.ceil((before + bytes.length) / 512) - Math.floor(before / 512)
      const lost = Math.floor(before / 512) + (pick % sectors)
      file.fill(0, Math.max(before, lost * 512), Math.min(before + bytes.length, (lost + 1) * 512))
      expect(readEntry(file, before).kind).toBe(sectors === 1 ? 'end' : 'torn')
    }), { numRuns: 300 })
  })

  test('a record that lies there whole but for one bit is damaged, not torn, whichever bit it is', () => {
    const bytes = encodeEntry(3, identity, recordOf(3))
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const file = Buffer.concat([bytes, Buffer.alloc(1024)])
      file.writeUInt8(file.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(readEntry(file, 0).kind, `bit ${bit}`).toBe('corrupt')
    }
  })
})

describe('opening', () => {
  test('the newest record is the one that counts', () => {
    writeFile(5)
    const store = open()
    expect(store.record.lastVotedView).toBe(5)
    expect(store.repairedBytes).toBe(0)
  })

  test('a torn tail is cut off, reported, and written over', () => {
    const offsets = writeFile(3)
    truncateSync(path, (offsets[3] as number) + 100)
    const store = open()
    expect(store.record.lastVotedView).toBe(2)
    expect(store.repairedBytes).toBe(100)
    store.save(recordOf(9))
    close(store)
    expect(open().record.lastVotedView).toBe(9)
    expect(readSafetyFile(path).entries.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
  })

  test('a tail of zeros is reserve, whether we wrote it or a power cut left it', () => {
    writeFile(2)
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(512)]))
    expect(open()).toMatchObject({ repairedBytes: 0, record: { lastVotedView: 2 } })
  })

  test('a broken checksum before the tail is refused', () => {
    const offsets = writeFile(4)
    flip((offsets[1] as number) + 60)
    const { code, message } = refusal(open)
    expect(code).toBe('CORRUPT')
    expect(message).toMatch(/byte \d+: checksum differs.*will not start.*Restore the file from this host, or retire this key/)
  })

  test('a bit that flipped in the newest entry is refused: its vote has left', () => {
    const offsets = writeFile(4)
    flip((offsets[4] as number) + 60)
    expect(refusal(open)).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('checksum differs') as string })
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(256 * 1024)]))
    expect(refusal(open).code).toBe('CORRUPT')
  })

  test('a length that points past the end never hides the entries behind it', () => {
    const offsets = writeFile(4)
    const bytes = readFileSync(path)
    bytes.writeUInt32BE(200_000, offsets[2] as number)
    writeFileSync(path, bytes)
    expect(refusal(open).code).toBe('CORRUPT')
    bytes.writeUInt32BE(0, offsets[2] as number)
    writeFileSync(path, bytes)
    expect(refusal(open).code).toBe('CORRUPT')
  })

  test('an older entry whose end was lost to zeros is damaged, not torn: newer votes stand behind it', () => {
    const offsets = writeFile(4)
    const bytes = readFileSync(path)
    bytes.fill(0, (offsets[3] as number) - 40, offsets[3] as number)
    writeFileSync(path, bytes)
    expect(refusal(open)).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('whole entries follow') as string })
  })

  test('a gap in the sequence is refused', () => {
    writeFileSync(path, Buffer.concat([encodeEntry(0, identity, recordOf(0)), encodeEntry(2, identity, recordOf(2))]))
    expect(refusal(open)).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('sequence 2 follows 0') as string })
  })

  test('the record of another chain or another key is refused', () => {
    writeFile(1)
    for (const other of [{ ...identity, chainId: asHex32<ChainId>('cd'.repeat(32)) }, { ...identity, publicKey: signerOf('v1').publicKey }]) {
      expect(refusal(() => open(other))).toMatchObject({ code: 'OTHER_IDENTITY', message: expect.stringContaining('use the data folder that belongs to this genesis') as string })
    }
  })

  test('a missing record is refused with what to do', () => {
    expect(refusal(open)).toMatchObject({ code: 'MISSING', message: expect.stringMatching(/will not start. Restore the file, or create a new key/) as string })
  })

  test('a file without a whole entry is refused', () => {
    for (const content of [new Uint8Array(0), encodeEntry(0, identity, recordOf(0)).subarray(0, 50)]) {
      writeFileSync(path, content)
      expect(refusal(open)).toMatchObject({ code: 'EMPTY', message: expect.stringContaining('restore it or retire the key') as string })
    }
  })

  test('a refused file is left as it was', () => {
    const offsets = writeFile(4)
    flip((offsets[1] as number) + 60)
    const before = readFileSync(path)
    refusal(open)
    expect(readFileSync(path)).toEqual(before)
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  test('a file is created once and never overwritten, not even where only the rotated one is left', () => {
    createSafetyFile(path, identity, recordOf(0))
    expect(refusal(() => createSafetyFile(path, identity, recordOf(0))).code).toBe('EXISTS')
    rmSync(path)
    writeFileSync(`${path}.previous`, '')
    expect(refusal(() => createSafetyFile(path, identity, recordOf(0))).code).toBe('EXISTS')
  })
})

describe('the lock', () => {
  test('a second holder is refused until the first lets go', () => {
    writeFile(0)
    const first = open()
    expect(refusal(open)).toMatchObject({ code: 'IN_USE', message: expect.stringContaining(`process ${process.pid}`) as string })
    close(first)
    open()
  })

  test('a holder that was killed does not stand in the way, nor does another process with its number', () => {
    writeFile(0)
    const dead = execFileSync('sh', ['-c', 'echo $$']).toString().trim()
    for (const holder of [`${dead} 1 x`, `${process.pid} 1 an-earlier-boot`, '', 'garbage']) {
      writeFileSync(`${path}.lock`, holder)
      close(open())
    }
  })
})

describe('saving', () => {
  test('rotation keeps the newest record and the sequence, and leaves a whole file at every moment', () => {
    createSafetyFile(path, identity, recordOf(0))
    const store = openSafetyStore(path, identity, { rotateBytes: 4000 })
    opened.push(store)
    let rotations = 0
    for (let view = 1, size = 0; view <= 60; view++) {
      store.save(recordOf(view))
      const { entries, tornBytes, soundBytes } = readSafetyFile(path)
      expect(entries.at(-1)).toMatchObject({ sequence: view, record: { lastVotedView: view } })
      expect(tornBytes).toBe(0)
      if (soundBytes < size) rotations += 1
      size = soundBytes
    }
    expect(rotations).toBeGreaterThan(2)
    expect(existsSync(`${path}.previous`)).toBe(true)
    close(store)
    expect(open().record.lastVotedView).toBe(60)
  })

  test('after kill -9 in the middle of saving, the newest acknowledged record is there: twenty times', { timeout: 100_000 }, async () => {
    createSafetyFile(path, identity, recordOf(0))
    const script = join(import.meta.dirname, '..', 'testing', 'save-in-a-loop.ts')
    for (let round = 0; round < 20; round++) {
      const acknowledged = await killWhileSaving(script, 1 + (round % 7) * 4)
      const store = open()
      expect(store.record.lastVotedView).toBeGreaterThanOrEqual(acknowledged)
      expect(acknowledged).toBeGreaterThan(0)
      close(store)
    }
  })
})

/** @returns the last view whose save had returned in the child before it was killed */
function killWhileSaving(script: string, afterMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, path, String(8000)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs)
      output += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', () => resolve(Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1))))
  })
}
