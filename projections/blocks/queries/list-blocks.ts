/** A page of blocks, highest first; of those recorded below a position where one is named. */
import { below, readKeysetPage, type KeysetPage } from '../../sql/keyset.js'
import type { SqlRunner } from '../../sql/statement.js'
import { BLOCK_VIEW_COLUMNS, blockViewOf, type BlockRecord, type BlockView } from './block-view.js'

export async function listBlocks(sql: SqlRunner, page: KeysetPage, before?: number): Promise<BlockView[]> {
  return (await readKeysetPage<BlockRecord>(sql, 'blocks', BLOCK_VIEW_COLUMNS, 'height', page, below('log_position', before))).map(blockViewOf)
}
