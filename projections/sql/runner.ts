/** Anything that runs a query: a pool or a client inside a transaction. */
import type pg from 'pg'

export type SqlRunner = Pick<pg.ClientBase, 'query'>
