/** Encoding for whoever looks at the bytes at once: to compare, to hash, to sign or to copy them. */
import protobuf from 'protobufjs/minimal.js'

export type Encoder<Fields> = { encode(fields: Fields, writer?: protobuf.Writer): protobuf.Writer }

/** One for all: a writer of its own for each message grows to twice its size, and making room costs more than filling it. */
let writer = protobuf.Writer.create()

/** The bytes of `fields`, in memory that the next call writes over. */
export function encodeShared<Fields>(codec: Encoder<Fields>, fields: Fields): Uint8Array {
  try {
    return codec.encode(fields, writer.reset()).finish(true)
  } catch (error) {
    // It may have stopped inside a nested message.
    writer = protobuf.Writer.create()
    throw error
  }
}
