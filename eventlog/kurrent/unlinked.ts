/** Events at the log's end whose links may not be written yet. */
export type Unlinked = { readonly revision: number; readonly position: number }

export type Tail = {
  /** Events of the stream that may lack links, in order, as of now. */
  unlinkedOf(stream: string): Promise<readonly Unlinked[]>
}
