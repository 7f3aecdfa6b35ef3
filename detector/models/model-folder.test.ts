import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FLOW_FEATURES_SHA256 } from '../../domain/models/flow-features.js'
import { createSigner, createVerifier } from '../../platform/crypto/ed25519.js'
import { ModelFolderError } from './errors.js'
import { openModelFolder, readModelFiles } from './model-folder.js'
import { PUBLISHER } from './publisher.js'
import { SHIPPED_MODELS, openAllShipped, openShipped, shippedFolder } from './shipped.js'
import { SIGNATURE_FILE, signFolder } from './signature.js'

const verify = createVerifier()
const signer = createSigner(new Uint8Array(32).fill(7))

describe('shipped models', () => {
  it('are signed by their publisher, judge the features of this program, and run in shadow', () => {
    const models = openAllShipped()
    expect(models.map(({ card }) => card.name)).toEqual([...SHIPPED_MODELS])
    for (const { card, publisher } of models) {
      expect(publisher).toBe(PUBLISHER)
      expect(card).toMatchObject({ mode: 'shadow', features: { sha256: FLOW_FEATURES_SHA256 } })
      expect(card.limits.length).toBeGreaterThan(0)
    }
  })

  it('of a name that does not ship are refused with the names that do', () => {
    expect(() => openShipped('../../etc')).toThrow(expect.objectContaining({ code: 'UNKNOWN_MODEL', message: expect.stringContaining('anomaly-flow, botnet-flow, ddos-flow') }))
  })
})

describe('a model folder', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cybermesh-model-'))
    cpSync(shippedFolder('ddos-flow'), folder, { recursive: true })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = (publisher?: string) => openModelFolder(folder, verify, publisher)
  const edit = (name: string, change: (text: string) => string): void => writeFileSync(join(folder, name), change(readFileSync(join(folder, name), 'utf8')))
  const signAnew = (): void => writeFileSync(join(folder, SIGNATURE_FILE), JSON.stringify(signFolder(readModelFiles(folder).files, signer)))
  const refusal = (publisher?: string): ModelFolderError => {
    try {
      open(publisher)
    } catch (error) {
      if (error instanceof ModelFolderError) return error
      throw error
    }
    throw new Error('the folder was opened')
  }

  it('may be signed by anyone, who is named, and can be held to one publisher', () => {
    signAnew()
    const publisher = open().publisher
    expect(publisher).not.toBe(PUBLISHER)
    expect(open(publisher).card.name).toBe('ddos-flow')
    expect(refusal(PUBLISHER)).toMatchObject({ code: 'OTHER_PUBLISHER', field: SIGNATURE_FILE })
  })

  it.each(['model.txt', 'model.onnx', 'card.json', 'card.md'])('whose %s was changed by one byte is refused', (name) => {
    const bytes = readFileSync(join(folder, name))
    bytes[bytes.length - 2] = (bytes[bytes.length - 2] as number) ^ 1
    writeFileSync(join(folder, name), bytes)
    expect(refusal()).toMatchObject({ code: 'HASH_MISMATCH', field: name })
  })

  it('with a file that nobody signed is refused', () => {
    writeFileSync(join(folder, 'model.pkl'), 'cos\nsystem\n')
    expect(refusal()).toMatchObject({ code: 'UNSIGNED_FILE', field: 'model.pkl' })
  })

  it.each(['model.onnx', 'card.md'])('without its %s is refused', (name) => {
    rmSync(join(folder, name))
    expect(refusal()).toMatchObject({ code: 'MISSING_FILE', field: name })
  })

  it('without a signature is refused, and says how to sign', () => {
    rmSync(join(folder, SIGNATURE_FILE))
    expect(refusal()).toMatchObject({ code: 'MISSING_FILE', message: expect.stringContaining('cybermesh models sign') })
  })

  it('whose table of hashes was made to fit a change is refused by the signature', () => {
    edit('card.md', (text) => `${text}!`)
    const honest = JSON.parse(readFileSync(join(folder, SIGNATURE_FILE), 'utf8')) as object
    writeFileSync(join(folder, SIGNATURE_FILE), JSON.stringify({ ...honest, files: signFolder(readModelFiles(folder).files, signer).files }))
    expect(refusal()).toMatchObject({ code: 'INVALID_SIGNATURE' })
  })

  it('whose publisher was swapped is refused by the signature', () => {
    edit(SIGNATURE_FILE, (text) => text.replace(PUBLISHER, signFolder(new Map(), signer).publisher))
    expect(refusal()).toMatchObject({ code: 'INVALID_SIGNATURE' })
  })

  it('trained on other features is refused, even when it is signed', () => {
    edit('card.json', (text) => text.replace(FLOW_FEATURES_SHA256, '0'.repeat(64)))
    signAnew()
    expect(refusal()).toMatchObject({ code: 'OTHER_FEATURES' })
  })

  it.each([
    ['a mode other than shadow', '"mode": "shadow"', '"mode": "decide"', 'card.json mode'],
    ['a file outside the folder', '"file": "model.txt"', '"file": "../model.txt"', 'card.json model.file'],
    ['a threshold that is no number', '"margin": ', '"margin": "x", "was": ', 'card.json threshold.margin'],
    ['a version that is none', '"version": "1.0.0"', '"version": "latest"', 'card.json version'],
  ])('whose card has %s is refused by that member', (_, before, after, field) => {
    edit('card.json', (text) => {
      expect(text).toContain(before)
      return text.replace(before, after)
    })
    signAnew()
    expect(refusal()).toMatchObject({ code: 'BAD_CARD', field })
  })

  it('that is not there is refused', () => {
    expect(() => openModelFolder(join(folder, 'nothing'), verify)).toThrow(expect.objectContaining({ code: 'NO_FOLDER' }))
  })
})
