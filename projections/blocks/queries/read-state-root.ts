/** The newest state root, and the height it stands after. */
import type { SqlRunner } from '../../sql/statement.js'

export type StateRootView = { readonly height: number; readonly root: string }

export async function readStateRoot(sql: SqlRunner): Promise<StateRootView | undefined> {
  const { rows } = await sql.query<{ block_height: string; state_root: Buffer }>('SELECT block_height, state_root FROM state_versions ORDER BY version DESC LIMIT 1')
  const row = rows[0]
  return row === undefined ? undefined : { height: Number(row.block_height), root: row.state_root.toString('hex') }
}
