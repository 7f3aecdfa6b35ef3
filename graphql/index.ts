/** The public face of the GraphQL API. */
export { startApi, type ApiOptions, type ApiServer, type Page } from './server.js'
export { executeQuery, type QueryResult } from './execute.js'
export { ApiServerError } from './errors.js'
export type { Access } from './access.js'
export type { ApiSources } from './sources.js'
export type { RoundTable, Seat, SeatPeer } from './round-table.js'
