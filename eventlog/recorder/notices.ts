/** What went wrong outside and was survived: counted by kind and reason, and told to whoever logs. */
export type Notice =
  | { readonly kind: 'receipt-refused'; readonly validator: string; readonly reason: string }
  | { readonly kind: 'block-refused'; readonly height: number; readonly reason: string }
  | { readonly kind: 'feed-failed'; readonly feed: 'messages' | 'receipts' | 'chain'; readonly reason: string }
  | { readonly kind: 'dead-letters-failed'; readonly reason: string }

export type NoticeCounters = Readonly<Record<string, number>>

export type Notices = { tell(notice: Notice): void; counters(): NoticeCounters }

export function createNotices(listener: ((notice: Notice) => void) | undefined): Notices {
  const counts = new Map<string, number>()
  return {
    tell(notice) {
      // Reasons of feeds are free text and would grow the table; their kind is enough.
      const key = notice.kind === 'receipt-refused' || notice.kind === 'block-refused' ? `${notice.kind}/${notice.reason}` : notice.kind
      counts.set(key, (counts.get(key) ?? 0) + 1)
      listener?.(notice)
    },
    counters: () => Object.fromEntries(counts),
  }
}
