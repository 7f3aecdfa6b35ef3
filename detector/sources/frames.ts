/** A captured link-layer frame, before anyone looked inside: what the pcap and pcapng readers have in common. */

export type Frame = {
  readonly kind: 'frame'
  readonly timeMs: number
  readonly linkType: number
  /** Captured bytes, perhaps fewer than were on the wire. Valid until the next batch is pulled. */
  readonly bytes: Buffer
  /** Bytes on the wire. */
  readonly wireBytes: number
}

/** More than any link carries; a larger length field means the file is damaged. 262144 is tcpdump's largest snap length. */
export const MAX_FRAME_BYTES = 262_144
