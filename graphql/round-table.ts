/** The round table: where each validator stands, so that a stalled network says who is in which view and why. */

/** What a validator last heard of another one. */
export type SeatPeer = {
  readonly name: string
  readonly isConnected: boolean
  readonly lastSeenAt: Date | null
  /** As that one said itself. */
  readonly view: number | null
  readonly committedHeight: number | null
  /** Points for bad messages; at a hundred it is cut off for a while. */
  readonly points: number
  readonly cutOffForMs: number
}

export type Seat = {
  readonly name: string
  readonly validatorId: string
  readonly isUp: boolean
  /** The view it is in; of a stopped one, the last it voted in or gave up. Null where nothing is known. */
  readonly view: number | null
  /** Name of the leader of that view as it elects. */
  readonly leader: string | null
  readonly highQcView: number | null
  readonly highQcHeight: number | null
  readonly committedHeight: number | null
  readonly stateRoot: string | null
  /** Views it saw end without a certificate since it started. */
  readonly viewChanges: number | null
  /** Its share of turns to lead, 0 to 100, as committed in the state that it holds itself. */
  readonly score: number | null
  readonly isJailed: boolean | null
  /** Why it has stopped signing for good. */
  readonly halted: string | null
  readonly refusedMessages: number | null
  readonly peers: readonly SeatPeer[]
}

export type RoundTable = () => Promise<readonly Seat[]>
