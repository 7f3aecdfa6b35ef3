/** A log like another but for what is replaced; `broken/` uses it to break one rule at a time. */
import type { EntryLog } from '../../entries.js'
import type { EventLog } from '../../log.js'
import type { LogUnderTest, OpenOptions } from '../contract/index.js'

export type FullLog = EventLog & EntryLog
export type Break = (good: FullLog) => Partial<FullLog>

/** Every handle that `subject` opens is broken in the same way. */
export const breakWith = (subject: Omit<LogUnderTest, 'open'> & { open(options?: OpenOptions): Promise<FullLog> }, defect: Break): LogUnderTest => ({
  ...subject,
  async open(options) {
    const good = await subject.open(options)
    return { ...good, ...defect(good) }
  },
})
