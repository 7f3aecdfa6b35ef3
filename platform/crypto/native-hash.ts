/** OpenSSL's SHA-256 for the pure rooms, which bring a portable one of their own; imported for its effect. */
import { hash } from 'node:crypto'
import { useSha256 } from '../../domain/hash.js'

useSha256({
  // A plain array: a Buffer here may be a view into memory that others share.
  bytes: (input) => new Uint8Array(hash('sha256', input, 'buffer')),
  hex: (input) => hash('sha256', input, 'hex'),
})
