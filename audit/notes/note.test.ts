import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8ToBytes } from '../../domain/bytes.js'
import { createSigner, verifySignature } from '../../platform/crypto/ed25519.js'
import { checkSignatures, ed25519NoteSigner, ed25519Verifier, formatNote, formatVerifierKey, openNote, parseNote, parseVerifierKey, signNote } from './note.js'
import { cosign, cosignatureVerifier, cosignedAt } from './cosignature.js'

// The example of https://c2sp.org/signed-note
const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const TEXT = 'This is an example message.\n'
const SIGNATURE = 'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM='
const EXAMPLE = `${TEXT}\n— example.com/foo ${SIGNATURE}\n`

const alice = createSigner(new Uint8Array(32).fill(1))
const bob = createSigner(new Uint8Array(32).fill(2))
const verifierOf = (name: string, signer = alice) => ed25519Verifier(name, signer.publicKey, verifySignature)
const signedBy = (text: string, name: string, signer = alice) => signNote(text, ed25519NoteSigner(name, signer))
const opened = (text: string, ...known: Parameters<typeof openNote>[1]) => openNote(utf8ToBytes(text), known)

describe('signed notes', () => {
  test('of the specification are opened by its verifier key, which reads and writes the same', () => {
    const key = parseVerifierKey(VKEY)
    expect(formatVerifierKey(key.name, key.type, key.publicKey)).toBe(VKEY)
    const note = opened(EXAMPLE, ed25519Verifier(key.name, key.publicKey, verifySignature))
    expect([note.text, note.verified.length, note.unknown.length]).toEqual([TEXT, 1, 0])
    expect(formatNote(note.text, note.verified)).toEqual(utf8ToBytes(EXAMPLE))
  })

  test('are written and read back, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }).map((text) => `${text.replaceAll(/[^\S ]|[\u0000-\u001f\u007f]/g, '\n')}\n`), (text) => {
      const note = openNote(formatNote(text, [signedBy(text, 'a/b')]), [verifierOf('a/b')])
      expect([note.text, note.verified.map(({ name }) => name)]).toEqual([text, ['a/b']])
    }))
  })

  test('pass over lines of unknown keys, also where name or id alone is known', () => {
    const note = formatNote(TEXT, [signedBy(TEXT, 'a'), signedBy(TEXT, 'b'), signedBy(TEXT, 'a', bob)])
    const { verified, unknown } = openNote(note, [verifierOf('a')])
    expect(verified.map(({ name }) => name)).toEqual(['a'])
    expect(unknown).toHaveLength(2)
    expect(openNote(note, []).verified).toEqual([])
  })

  test('with a false signature of a known key are refused whole, however many are good', () => {
    const bad = { ...signedBy('Another message.\n', 'b', bob), name: 'b' }
    const note = formatNote(TEXT, [signedBy(TEXT, 'a'), bad])
    expect(() => openNote(note, [verifierOf('a'), verifierOf('b', bob)])).toThrow(/signature of b is false/)
    expect(openNote(note, [verifierOf('a')]).verified).toHaveLength(1)
  })

  test('count a key once', () => {
    const note = formatNote(TEXT, [signedBy(TEXT, 'a'), signedBy(TEXT, 'a')])
    expect(openNote(note, [verifierOf('a')]).verified).toHaveLength(1)
    const second = formatNote(TEXT, [signedBy(TEXT, 'a'), signedBy('x\n', 'a')])
    expect(() => openNote(second, [verifierOf('a')])).toThrow(/is false/)
  })

  test('may have a hundred signatures and more, not any number', () => {
    const many = (count: number) => formatNote(TEXT, Array.from({ length: count }, (_, i) => signedBy(TEXT, `key-${i}`)))
    expect(openNote(many(128), [verifierOf('key-127')]).verified).toHaveLength(1)
    expect(() => openNote(many(129), [])).toThrow(/exceed the limit of 128/)
  })

  test.each([
    ['no blank line', 'text\n— a AAAAAAA=\n', /no blank line/],
    ['no signature', 'text\n\n', /em dash|newline/],
    ['a signature without its newline', EXAMPLE.slice(0, -1), /newline/],
    ['a tab in the text', `a\tb\n\n— a AAAAAAA=\n`, /control character/],
    ['a carriage return', EXAMPLE.replaceAll('\n', '\r\n'), /control character/],
    ['a name with a plus', EXAMPLE.replace('/foo', '+foo'), /key name/],
    ['a name with a space of another script', EXAMPLE.replace('/foo', '\u3000foo'), /key name/],
    ['an empty name', EXAMPLE.replace('example.com/foo ', ' '), /key name/],
    ['a hyphen for the dash', EXAMPLE.replace('—', '-'), /em dash/],
    ['base64 of a key id alone', 'text\n\n— a AAAAAA==\n', /base64/],
    ['base64 without padding', EXAMPLE.replace('M=\n', 'M\n'), /base64/],
    ['base64 with stray bits', EXAMPLE.replace('QM=\n', 'QN=\n'), /base64/],
    ['base64 of URLs', EXAMPLE.replace('SIGNATURE', '').replace(SIGNATURE, '_w2Q-kn8'), /base64/],
  ])('with %s are refused', (_, text, expected) => {
    expect(() => parseNote(utf8ToBytes(text))).toThrow(expected)
  })

  test('that are no UTF-8 or too large are refused before anything else', () => {
    expect(() => parseNote(Uint8Array.of(0xff, 0x0a, 0x0a))).toThrow(/UTF-8/)
    expect(() => parseNote(new Uint8Array(64 * 1024 + 1))).toThrow(/exceed the limit/)
    expect(() => formatNote('no newline', [])).toThrow(/newline/)
    expect(() => signNote('bell\u0007\n', ed25519NoteSigner('a', alice))).toThrow(/control/)
  })

  test('take their signatures from after the last blank line', () => {
    const text = 'one\n\ntwo\n'
    expect(openNote(formatNote(text, [signedBy(text, 'a')]), [verifierOf('a')]).text).toBe(text)
  })

  test.each([
    VKEY.replace('530d903a', '530d903b'), VKEY.replace('foo', 'bar'), VKEY.replace('+Aeky', '+Beky'), VKEY.slice(0, -4), VKEY.replace('example', 'exa mple'), '', 'a+b',
  ])('a verifier key that was changed is refused: %s', (text) => {
    expect(() => parseVerifierKey(text)).toThrow(/verifier key/)
  })
})

describe('cosignatures', () => {
  const line = cosign('witness', alice, TEXT, 1_700_000_000)
  const verifier = cosignatureVerifier('witness', alice.publicKey, verifySignature)

  test('bind the text and the time, and say the time', () => {
    expect(cosignedAt(line.signature)).toBe(1_700_000_000n)
    expect(verifier.verify(TEXT, line.signature)).toBe(true)
    expect(verifier.verify('Another.\n', line.signature)).toBe(false)
    for (let at = 0; at < line.signature.length; at++) {
      const changed = line.signature.with(at, (line.signature[at] as number) ^ 1)
      expect([at, verifier.verify(TEXT, changed)]).toEqual([at, false])
    }
    expect(verifier.verify(TEXT, line.signature.slice(0, -1))).toBe(false)
  })

  test('are no plain signatures of the same key, nor the other way round', () => {
    expect(line.keyId).not.toBe(ed25519NoteSigner('witness', alice).keyId)
    expect(checkSignatures(TEXT, [line], [verifierOf('witness')]).verified).toEqual([])
    const plain = { ...signedBy(TEXT, 'witness'), keyId: verifier.keyId }
    expect(() => checkSignatures(TEXT, [plain], [verifier])).toThrow(/is false/)
  })

  test('sign the bytes that the specification shows', () => {
    const messages: string[] = []
    cosign('w', { publicKey: alice.publicKey, sign: (message) => (messages.push(new TextDecoder().decode(message)), new Uint8Array(64)) }, 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n', 1679315147)
    expect(messages).toEqual(['cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'])
  })
})
