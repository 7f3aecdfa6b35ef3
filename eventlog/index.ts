/** The public face of the event log: the port, its entries and the adapters. */
export * from './log.js'
export * from './errors.js'
export { entriesOf, type EntryLog, type LogEntry, type ReadEntries } from './entries.js'
export { decodeRecord, encodeRecord, recordBytes } from './record.js'
export { openEmbeddedLog, type EmbeddedLog, type OpenEmbeddedLog } from './embedded/index.js'
