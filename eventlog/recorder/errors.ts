/** Why the recorder stops. It stops rather than write something that contradicts what is written. */
export type RecorderAlarmCode = 'ID_CONFLICT' | 'CONTENDED' | 'INDEX_CORRUPT' | 'LOG_DISAGREES'

export class RecorderAlarm extends Error {
  constructor(readonly code: RecorderAlarmCode, readonly field: string, sentence: string) {
    super(`recorder: ${field}: ${sentence}`)
    this.name = 'RecorderAlarm'
  }
}
