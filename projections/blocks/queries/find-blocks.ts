/** Blocks by height, in one query. */
import type { SqlRunner } from '../../sql/statement.js'
import { BLOCK_VIEW_COLUMNS, blockViewOf, type BlockRecord, type BlockView } from './block-view.js'

export async function findBlocks(sql: SqlRunner, heights: readonly number[]): Promise<Map<number, BlockView>> {
  const { rows } = await sql.query<BlockRecord>(`SELECT ${BLOCK_VIEW_COLUMNS} FROM blocks WHERE height = ANY($1::int8[])`, [heights])
  return new Map(rows.map(blockViewOf).map((block) => [block.height, block]))
}
