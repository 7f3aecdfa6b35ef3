/** What may be wrong with a datagram. What stood before the fault was taken. */

export type DatagramFault =
  /** The first two bytes are neither 5, 9 nor 10. */
  | 'UNKNOWN_VERSION'
  /** Shorter than its version's header, or than IPFIX says it is. */
  | 'CUT_HEADER'
  /** NetFlow v5 names more records than there are bytes for. */
  | 'CUT_RECORDS'
  /** A set's length is below its own header's, or reaches over the end. */
  | 'BAD_SET_LENGTH'
  /** A template with an identifier below 256, without bytes in its records, with too many fields, or cut off. */
  | 'BAD_TEMPLATE'
  /** A record of variable length reaches over the end of its set. */
  | 'CUT_RECORD'
