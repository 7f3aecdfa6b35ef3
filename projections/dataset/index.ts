/** The public face of the data set: what a command needs to make one. */
export { exportDataset, type ExportDataset } from './export-dataset.js'
export { ADDRESS_RULES, type AddressRule } from './addresses.js'
export type { Manifest } from './manifest.js'
export { FORMATS, type DatasetFormat } from './row-file.js'
export { parseDuration, parseSplit, SPLITS, type SplitName, type SplitOptions } from './split.js'
