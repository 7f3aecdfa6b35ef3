/** Noise and yamux as the mesh uses them: with fewer and larger writes, and the bytes that any libp2p node understands. */
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { ConnectionEncrypter, StreamMuxerFactory } from '@libp2p/interface'
import { gatherSends } from './gathered-sends.js'
import { holdWindowUpdates } from './window-updates.js'

/** Encrypted packets of one turn go to the socket in one write. */
export function gatheredNoise(): (components: Parameters<ReturnType<typeof noise>>[0]) => ConnectionEncrypter {
  const create = noise()
  return (components) => {
    const encrypter = create(components)
    const { secureInbound, secureOutbound } = encrypter
    encrypter.secureInbound = (connection, options) => {
      gatherSends(connection)
      return secureInbound.call(encrypter, connection, options)
    }
    encrypter.secureOutbound = (connection, options) => {
      gatherSends(connection)
      return secureOutbound.call(encrypter, connection, options)
    }
    return encrypter
  }
}

/** Frames of one turn are encrypted together, and window updates wait until they matter. */
export function gatheredYamux(): () => StreamMuxerFactory {
  const create = yamux()
  return () => {
    const factory = create()
    const { createStreamMuxer } = factory
    factory.createStreamMuxer = (connection) => {
      gatherSends(connection)
      holdWindowUpdates(connection)
      return createStreamMuxer.call(factory, connection)
    }
    return factory
  }
}
