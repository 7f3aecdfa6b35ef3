/** What this machine could do at best, measured in the same run: nothing that consensus does can be faster. */
import { verify } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Signer } from '../../domain/crypto.js'
import { summarise, type Summary } from '../percentiles.js'

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const MESSAGE_BYTES = 400
const RECORD_BYTES = 1024
const RESERVED_BYTES = 4 * 1024 * 1024
const FLUSHES = 200

/** Ed25519 checks a second with all cores busy, over `milliseconds`. */
export async function measureVerifyRate(signer: Signer, milliseconds: number): Promise<number> {
  const message = new Uint8Array(MESSAGE_BYTES).fill(7)
  const signature = signer.sign(message)
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, signer.publicKey]), format: 'der', type: 'spki' })
  const startedAt = performance.now()
  let count = 0
  const lane = (): Promise<void> => new Promise((resolve, reject) => {
    const next = (): void => verify(null, message, key, signature, (error, isValid) => {
      if (error !== null || !isValid) return reject(error ?? new Error('a good signature did not verify'))
      count += 1
      if (performance.now() - startedAt < milliseconds) next()
      else resolve()
    })
    next()
  })
  // Enough in flight that no core waits for the event loop.
  await Promise.all(Array.from({ length: availableParallelism() * 16 }, lane))
  return (count * 1000) / (performance.now() - startedAt)
}

/** One small record written into reserved space and flushed, as the safety record is. Milliseconds. */
export function measureFlush(folder: string): Summary {
  const path = join(folder, 'flush.probe')
  const file = openSync(path, 'w')
  try {
    writeSync(file, new Uint8Array(RESERVED_BYTES))
    fsyncSync(file)
    const record = new Uint8Array(RECORD_BYTES).fill(1)
    const times = Array.from({ length: FLUSHES }, (_, i) => {
      const startedAt = performance.now()
      writeSync(file, record, 0, RECORD_BYTES, i * RECORD_BYTES)
      fdatasyncSync(file)
      return performance.now() - startedAt
    })
    return summarise(times)
  } finally {
    closeSync(file)
    rmSync(path)
  }
}
