/** Sources that never end: what other rooms may use. */
export { runLive, type LiveOptions } from './run-live.js'
export type { LiveSource } from './live-source.js'
export { openFileSource } from '../sources/tail/file-source.js'
export { openNetFlowSource } from '../sources/netflow/udp-source.js'
export { openTableSource } from '../sources/postgres/table-source.js'
export { openTopicSource } from '../sources/topics/topic-source.js'
