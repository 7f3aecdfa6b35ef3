/** A log with whatever checkpoint a test wants, honest or not: it signs as the recorder and as witnesses that all lie. */
import { mkdirSync } from 'node:fs'
import { bindKey } from '../../../audit/notes/key-binding.js'
import { formatCheckpoint, originOf } from '../../../audit/notes/checkpoint.js'
import { cosign } from '../../../audit/notes/cosignature.js'
import { ed25519NoteSigner, formatNote, signNote } from '../../../audit/notes/note.js'
import { deriveNoteSigner, witnessNameOf } from '../../../audit/notes/note-keys.js'
import { openTreeWriter } from '../../../audit/publisher/tree-writer.js'
import { utf8ToBytes } from '../../../domain/bytes.js'
import type { ArraySource } from './array-source.js'
import { genesis, recorder, validators } from './members.js'

const { chainId } = genesis
const origin = originOf(chainId)
const logKey = deriveNoteSigner('log', recorder.seed, chainId)
const witnesses = validators.map(({ seed, signer }) => ({ identity: signer, name: witnessNameOf(chainId, signer.publicKey), key: deriveNoteSigner('witness', seed, chainId) }))

export const KEYS = {
  origin, log: bindKey(recorder.signer, chainId, 'log', logKey.publicKey), witnesses: witnesses.map(({ identity, key }) => bindKey(identity, chainId, 'witness', key.publicKey)),
}

/** @param cosigners how many of the five witnesses sign; `seed`: of the recorder that does */
export function signCheckpoint(size: bigint, root: Uint8Array, cosigners = 5, seed = recorder.seed): Uint8Array {
  const text = formatCheckpoint({ origin, size, root })
  return formatNote(text, [signNote(text, ed25519NoteSigner(origin, deriveNoteSigner('log', seed, chainId))), ...witnesses.slice(0, cosigners).map(({ name, key }) => cosign(name, key, text, 1_700_000_000))])
}

/** Tiles of all that `source` has, a checkpoint over them and the keys. */
export async function writeSignedLog(folder: string, source: ArraySource, cosigners?: number): Promise<Uint8Array> {
  mkdirSync(folder, { recursive: true })
  const writer = await openTreeWriter(folder)
  while (await writer.advance(source));
  const note = signCheckpoint(writer.size, writer.root(), cosigners)
  await writer.files.write([{ path: 'keys.json', bytes: utf8ToBytes(JSON.stringify(KEYS)) }, { path: 'checkpoint', bytes: note }])
  return note
}
