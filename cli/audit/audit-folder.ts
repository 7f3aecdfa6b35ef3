/** Where the recorder of a data folder publishes its checkpoint, keys and tiles. */
import type { DataFolder } from '../data-folder/open.js'

export const auditFolder = ({ layout }: Pick<DataFolder, 'layout'>): string => layout.audit
