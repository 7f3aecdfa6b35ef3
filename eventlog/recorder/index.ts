/** The public face of the recorder. */
export * from './ports.js'
export { RecorderAlarm, type RecorderAlarmCode } from './errors.js'
export { openRecorderIndex, type RecorderIndex } from './index/open-index.js'
export type { Notice, NoticeCounters } from './notices.js'
export { runRecorder, type Recorder, type RecorderOptions } from './run-recorder.js'
export { statusOf, type RecorderStatus } from './status.js'
export type { SweepLimits } from './sweep.js'
export { verifyCertifiedBlock, type BlockCheck, type BlockFault } from './verify-certified-block.js'
