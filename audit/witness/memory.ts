/**
 * What a witness must never forget: the checkpoint it cosigned last, and which logs it heard of. The file is on disk
 * before a cosignature leaves; one that cannot be read means that this witness signs nothing.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { syncFolder } from '../../platform/sync-folder.js'
import { AuditFormatError } from '../errors.js'
import { keyBindingSchema, type KeyBinding } from '../notes/key-binding.js'

const schema = z.strictObject({
  format: z.literal(1),
  /** Keys of recorders, each bound by its identity key. */
  logs: z.array(keyBindingSchema),
  /** The signed note, as the log sent it; absent where none was cosigned. */
  checkpoint: z.string().optional(),
})

export type WitnessRecord = { readonly logs: readonly KeyBinding[]; readonly checkpoint: Uint8Array | undefined }

export type WitnessMemory = {
  read(): WitnessRecord
  /** On disk when it returns. */
  write(record: WitnessRecord): void
}

/** Throws AuditFormatError where the file is there and cannot be read. */
export function openWitnessMemory(path: string): WitnessMemory {
  mkdirSync(dirname(path), { recursive: true })
  let current = readRecord(path)
  return {
    read: () => current,
    write({ logs, checkpoint }) {
      const kept = { format: 1, logs, ...(checkpoint === undefined ? {} : { checkpoint: Buffer.from(checkpoint).toString('utf8') }) }
      writeDurably(path, `${JSON.stringify(kept, null, 2)}\n`)
      current = { logs, checkpoint }
    },
  }
}

function readRecord(path: string): WitnessRecord {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { logs: [], checkpoint: undefined }
    throw error
  }
  try {
    const { logs, checkpoint } = schema.parse(JSON.parse(text))
    return { logs, checkpoint: checkpoint === undefined ? undefined : new Uint8Array(Buffer.from(checkpoint)) }
  } catch {
    throw new AuditFormatError(path, 'cannot be read; a witness that forgot what it cosigned must not go on: restore the file from its backup')
  }
}

function writeDurably(path: string, text: string): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'w', 0o644)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
  syncFolder(dirname(path))
}
