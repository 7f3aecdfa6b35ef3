/** OpenSSL's SHA-256 for the pure rooms, which bring a portable one of their own; imported for its effect. */
import { hash } from 'node:crypto'
import { useSha256 } from '../../domain/hash.js'

useSha256({
  bytes: (input) => bytesOfLatin1(hash('sha256', input, 'binary')),
  hex: (input) => hash('sha256', input, 'hex'),
})

/** A plain array, small enough to lie in the engine's own memory: a Buffer of OpenSSL's costs three times the hash. */
function bytesOfLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
